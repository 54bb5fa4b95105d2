/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the configuration asks for, resolved no further than its text: making it touches no file,
 * device or network, so every action can have one, whatever is wrong with the parameters.
 */
#ifndef LUKS_SSM_VOLUME_WANTED_H
#define LUKS_SSM_VOLUME_WANTED_H

#include <stdbool.h>

#include "params/params.h"

/* A LUKS UUID as dm/uuid carries it: 32 lower-case hexadecimal digits, dashes stripped, and a NUL.
 */
#define LUKS_UUID_BYTES 33

/* DM_NAME_LEN of linux/dm-ioctl.h, with its NUL. */
#define MAP_NAME_BYTES 128

struct wanted {
	const struct params *params; /* lent */
	const char *instance; /* lent; the resource's instance name, checked against '/', "." and
				 ".." */
	const char *map_name; /* lent; NULL when none is given and the instance name does not serve
				 as one */
	bool map_name_given;
	char pin[LUKS_UUID_BYTES]; /* luks_uuid, or device=UUID=…; "" when neither is there */
	bool read_only;            /* read_only=yes, or ro among the options */
};

/*
 * PARAMS and INSTANCE are lent for the life of the result. Never fails: a value that cannot be used
 * is left out and is named in params->problem.
 */
void wanted_make(const struct params *params, const char *instance, struct wanted *ret_wanted);

/* Whether TEXT is a UUID (8-4-4-4-12 or 32 digits, any case); RET_UUID gets the stripped form. */
bool luks_uuid_parse(const char *text, char ret_uuid[static LUKS_UUID_BYTES]);

/* Whether NAME can be a mapping's as it stands: one that check_map_name takes, and not empty. */
bool map_name_is_plain(const char *name);

#endif
