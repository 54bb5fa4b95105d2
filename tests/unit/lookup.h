/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A param_lookup over "name=value" texts that end with NULL, for tests that need a configuration.
 */
#ifndef LUKS_SSM_TESTS_UNIT_LOOKUP_H
#define LUKS_SSM_TESTS_UNIT_LOOKUP_H

#include <string.h>

#include "params/params.h"

static inline const char *
lookup_text(void *context, const char *name)
{
	size_t name_bytes = strlen(name);

	for (const char *const *text = context; *text != NULL; text++) {
		if (strncmp(*text, name, name_bytes) == 0 && (*text)[name_bytes] == '=')
			return *text + name_bytes + 1;
	}
	return NULL;
}

/* Loads PARAMS from the texts that follow it. */
#define PARAMS_LOAD(params, ...) \
	params_load(lookup_text, (void *)(const char *const[]){__VA_ARGS__, NULL}, params)

/* The three that are required. */
#define REQUIRED \
	"device=/dev/disk/by-id/nvme-data", "directory=/srv/data", "ssm_parameter=/prod/data/luks"

#endif
