/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds and reads the files; answers look-ups. */
#include "creds/settings.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "creds/env_file.h"
#include "creds/trusted_file.h"

#define FILE_LIMIT_BYTES (1u << 20)
#define SECTION_BYTES 200

const char *
settings_variable_from(const struct settings *settings, bool from_file, const char *name)
{
	const char *text = NULL;

	if (from_file)
		return variables_get(&settings->environment, name);
	if (settings->params->inherit_environment)
		text = getenv(name);
	return text != NULL && text[0] != '\0' ? text : NULL;
}

const char *
settings_variable(const struct settings *settings, const char *name)
{
	const char *text = settings_variable_from(settings, true, name);

	return text != NULL ? text : settings_variable_from(settings, false, name);
}

bool
settings_switch(const struct settings *settings, const char *name)
{
	const char *text = settings_variable(settings, name);

	return text != NULL && strcasecmp(text, "true") == 0;
}

/* Pacemaker's children have no HOME: the passwd database knows it. */
static const char *
home_find(const struct settings *settings)
{
	const char *home = settings_variable_from(settings, false, "HOME");
	const struct passwd *user = home == NULL ? getpwuid(geteuid()) : NULL;

	return user != NULL ? user->pw_dir : home;
}

/* What nobody but root may read. */
static bool
environment_has_secret(const struct variables *environment)
{
	static const char *const names[] = {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
		"AWS_SECURITY_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (variables_get(environment, names[i]) != NULL)
			return true;
	}
	/* A login. */
	for (size_t i = 0; i < environment->count; i++) {
		const struct variable *row = &environment->rows[i];

		if (strcasecmp(row->name, "https_proxy") == 0 && row->value.bytes != NULL &&
			memchr(row->value.bytes, '@', row->value.length_bytes) != NULL)
			return true;
	}
	return false;
}

static enum status
environment_open(struct settings *settings, struct reason *reason)
{
	owned_secret text = {0};
	const char *path = settings->params->environment_file;
	unsigned int open = 0;

	if (path == NULL)
		return STATUS_OK;

	enum status status = trusted_file_read(path, "environment_file", TRUSTED_READABLE,
		FILE_LIMIT_BYTES, &text, reason);

	if (status == STATUS_OK)
		status = env_file_parse(&text, &settings->environment, &open);
	/* systemd takes what stands behind an open quote for its value, and the rest for nothing.
	 */
	if (status == STATUS_OK && open != 0)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"environment_file: %.100s, line %u: the quote is never closed, or a backslash ends the file; correct it",
			path, open);
	if (status != STATUS_OK || !environment_has_secret(&settings->environment))
		return status;
	secret_end(&text);
	text = (struct secret){0};
	return trusted_file_read(path, "environment_file", TRUSTED_SECRET, FILE_LIMIT_BYTES, &text,
		reason);
}

struct shared_file {
	const char *what;      /* the parameter, for messages */
	const char *parameter; /* its value, or NULL */
	const char *variable;
	const char *usual; /* below the home directory */
};

/*
 * Where the file is; NAMED: somebody said so, and it must be there. False: there is none to look
 * for.
 */
static bool
shared_file_find(const struct settings *settings, const struct shared_file *file,
	char path[static SETTINGS_PATH_BYTES], bool *named)
{
	const char *name = file->parameter != NULL ? file->parameter
						   : settings_variable(settings, file->variable);
	const char *home = home_find(settings);

	*named = name != NULL;
	if (name == NULL && home == NULL)
		return false;
	/* Only a file named with a tilde, or none, needs the home directory. */
	if (name != NULL && strncmp(name, "~/", 2) != 0)
		snprintf(path, SETTINGS_PATH_BYTES, "%s", name);
	else
		snprintf(path, SETTINGS_PATH_BYTES, "%s/%s", home != NULL ? home : "",
			name != NULL ? name + 2 : file->usual);
	return *named || access(path, F_OK) == 0;
}

static enum status
shared_file_open(const struct settings *settings, const struct shared_file *file,
	char path[static SETTINGS_PATH_BYTES], struct ini *ret_ini, struct reason *reason)
{
	owned_secret text = {0};
	unsigned int line = 0;
	bool named = false;

	if (!shared_file_find(settings, file, path, &named))
		return STATUS_OK;

	enum status status = trusted_file_read(path, file->what, TRUSTED_READABLE, FILE_LIMIT_BYTES,
		&text, reason);

	if (status == STATUS_OK)
		status = ini_parse(&text, ret_ini, &line);
	if (status != STATUS_OK)
		return reason_set(reason, status,
			"%s: %.100s, line %u is neither section nor assignment; correct it",
			file->what, path, line);
	return STATUS_OK;
}

static void
profile_choose(struct settings *settings)
{
	const char *name = settings->params->profile;

	if (name == NULL)
		name = settings_variable(settings, "AWS_PROFILE");
	if (name == NULL)
		name = settings_variable(settings, "AWS_DEFAULT_PROFILE");
	settings->profile_is_named = name != NULL;
	settings->profile = name != NULL ? name : "default";
}

static enum status
settings_fill(struct settings *settings, struct reason *reason)
{
	const struct params *params = settings->params;
	const struct shared_file credentials = {"credentials_file", params->credentials_file,
		"AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"};
	const struct shared_file config = {"config_file", params->config_file, "AWS_CONFIG_FILE",
		".aws/config"};
	enum status status = environment_open(settings, reason);

	if (status == STATUS_OK)
		status = shared_file_open(settings, &credentials, settings->credentials_path,
			&settings->credentials, reason);
	if (status == STATUS_OK)
		status = shared_file_open(settings, &config, settings->config_path,
			&settings->config, reason);
	if (status != STATUS_OK)
		return status;
	profile_choose(settings);
	if (settings->profile_is_named && !settings_profile_exists(settings, settings->profile))
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile: %.60s is in neither %.50s nor %.50s; correct it",
			settings->profile, settings->credentials_path, settings->config_path);
	return STATUS_OK;
}

enum status
settings_open(const struct params *params, struct settings *ret_settings, struct reason *reason)
{
	owned_settings settings = {.params = params};
	enum status status = settings_fill(&settings, reason);

	if (status != STATUS_OK)
		return reason_set(reason, status,
			"no memory for the configuration of AWS; free some");
	*ret_settings = settings;
	settings = (struct settings){0};
	return STATUS_OK;
}

/* The config file writes [profile NAME], but for [default]; the credentials file writes [NAME]. */
static const struct variables *
config_section(const struct settings *settings, const char *profile)
{
	char name[SECTION_BYTES];
	const struct variables *section;

	snprintf(name, sizeof(name), "profile %s", profile);
	section = ini_section_find(&settings->config, name);
	if (section == NULL && strcmp(profile, "default") == 0)
		section = ini_section_find(&settings->config, profile);
	return section;
}

const char *
settings_file_text(const struct settings *settings, enum settings_file file, const char *profile,
	const char *name)
{
	const struct variables *section = file == SETTINGS_CREDENTIALS
		? ini_section_find(&settings->credentials, profile)
		: config_section(settings, profile);

	return section != NULL ? variables_get(section, name) : NULL;
}

const char *
settings_profile_text(const struct settings *settings, const char *profile, const char *name)
{
	const char *text = settings_file_text(settings, SETTINGS_CREDENTIALS, profile, name);

	return text != NULL ? text : settings_file_text(settings, SETTINGS_CONFIG, profile, name);
}

bool
settings_profile_exists(const struct settings *settings, const char *profile)
{
	return ini_section_find(&settings->credentials, profile) != NULL ||
		config_section(settings, profile) != NULL;
}

void
settings_end(struct settings *settings)
{
	variables_end(&settings->environment);
	ini_end(&settings->credentials);
	ini_end(&settings->config);
}
