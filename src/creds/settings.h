/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is configured outside the parameters: the resource's environment file, the process
 * environment where it may count, and AWS's two shared files. Opened once, then only looked up. The
 * only getenv of AWS_* and HOME.
 */
#ifndef LUKS_SSM_CREDS_SETTINGS_H
#define LUKS_SSM_CREDS_SETTINGS_H

#include "base/reason.h"
#include "creds/ini.h"
#include "params/params.h"

#define SETTINGS_PATH_BYTES 4096

struct settings {
	const struct params *params;    /* lent */
	struct variables environment;   /* owned; the environment file's */
	struct ini credentials, config; /* owned; empty when there is no such file */
	char credentials_path[SETTINGS_PATH_BYTES], config_path[SETTINGS_PATH_BYTES];
	const char *profile;   /* lent; the one that counts, "default" when none is named */
	bool profile_is_named; /* somebody named it: then it must exist */
};

#define owned_settings owned_by(settings_end) struct settings

/*
 * STATUS_BAD_PROFILE: a file that is named is absent, not trusted, or malformed (with its line).
 * STATUS_NO_MEMORY.
 */
must_use enum status
settings_open(const struct params *params, struct settings *ret_settings, struct reason *reason);

/*
 * A variable of the environment file, else of the process environment where it counts; lent, NULL
 * when empty or absent.
 */
const char *settings_variable(const struct settings *settings, const char *name);

/* The same with the layer it must come from: true for the environment file. */
const char *
settings_variable_from(const struct settings *settings, bool from_file, const char *name);

/* Whether a variable says true (any case), as the SDKs read their switches. */
bool settings_switch(const struct settings *settings, const char *name);

/* A value of profile NAME: the credentials file's first, then the config file's. Lent, or NULL. */
const char *
settings_profile_text(const struct settings *settings, const char *profile, const char *name);

enum settings_file { SETTINGS_CREDENTIALS, SETTINGS_CONFIG };

/* The same from one file alone. */
const char *settings_file_text(const struct settings *settings, enum settings_file file,
	const char *profile, const char *name);

/* Whether either file has that profile. */
bool settings_profile_exists(const struct settings *settings, const char *profile);

void settings_end(struct settings *settings);

#endif
