/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fetches a key as the worker does, with parameters given as NAME=VALUE, and prints what came. For
 * tests alone: it prints keys. The helper is the one of the build directory, fixed when this is
 * linked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "volume/helper_path.h"
#include "volume/key_fetch.h"

const char *
helper_path(void)
{
	return TEST_HELPER;
}

static unsigned int
argument_number(struct arguments *arguments, const char *name, unsigned int fallback)
{
	const char *text = argument_find(arguments, name);

	return text != NULL ? (unsigned int)strtoul(text, NULL, 10) : fallback;
}

int
main(int argc, char **argv)
{
	struct arguments arguments = {argc, argv};
	struct params params;
	struct reason reason = {0};
	owned_fetched_key key = {0};

	params_load(argument_find, &arguments, &params);

	unsigned int older = argument_number(&arguments, "test_older", 0);
	struct fetched_key current = {.version = argument_number(&arguments, "test_version", 0)};
	const char *region = argument_find(&arguments, "test_region");

	snprintf(current.region, sizeof(current.region), "%s", region != NULL ? region : "");

	enum status status = key_fetch(&params, older > 0 ? &current : NULL, older,
		deadline_in_ms(argument_number(&arguments, "test_deadline_ms", 10000)), &key,
		&reason);

	printf("%s\n%s\n%u %d %d %s\n%s\n", status_code(status), reason.text, key.version,
		key.has_older, key.has_backslash, key.region[0] != '\0' ? key.region : "-",
		key.warning);
	fwrite(key.key.bytes, 1, key.key.length_bytes, stdout);
	return 0;
}
