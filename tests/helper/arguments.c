/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See arguments.h. */
#include "arguments.h"

#include <stddef.h>
#include <string.h>

const char *
argument_find(void *context, const char *name)
{
	const struct arguments *arguments = context;
	size_t name_bytes = strlen(name);

	for (int i = 1; i < arguments->count; i++) {
		if (strncmp(arguments->texts[i], name, name_bytes) == 0 &&
			arguments->texts[i][name_bytes] == '=')
			return arguments->texts[i] + name_bytes + 1;
	}
	return NULL;
}
