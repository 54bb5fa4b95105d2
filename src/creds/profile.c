/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows a profile to its source; the roles on the way are noted from the source outwards. */
#include "creds/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "creds/plan_source.h"

/* A profile and its chain of sources: names to find a loop by. */
struct profile_walk {
	const char *names[PLAN_ROLES];
	size_t count;
};

static bool
profile_has(const struct settings *settings, const char *profile, const char *name)
{
	return settings_profile_text(settings, profile, name) != NULL;
}

bool
profile_has_role(const struct settings *settings, const char *profile)
{
	return profile_has(settings, profile, "role_arn") &&
		!profile_has(settings, profile, "web_identity_token_file");
}

static bool
profile_has_keys(const struct settings *settings, const char *profile)
{
	return profile_has(settings, profile, "aws_access_key_id") ||
		profile_has(settings, profile, "aws_secret_access_key");
}

static enum status
human_refuse(const char *profile, const char *what, struct reason *reason)
{
	return reason_set(reason, STATUS_BAD_PROFILE,
		"profile %.60s: uses %s, which needs a human: not for unattended use; use keys or a role",
		profile, what);
}

static enum status
login_refuse(const struct settings *settings, const char *profile, struct reason *reason)
{
	static const char *const names[] = {"sso_session", "sso_start_url", "sso_account_id",
		"sso_role_name", "sso_region"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (profile_has(settings, profile, names[i]))
			return human_refuse(profile, "SSO", reason);
	}
	if (profile_has(settings, profile, "login_session"))
		return human_refuse(profile, "a login", reason);
	return STATUS_OK;
}

/* The keys of one file: they are never mixed from two. */
static enum status
keys_take(const char *profile, enum settings_file file, struct plan *plan, struct reason *reason)
{
	const struct settings *settings = &plan->settings;
	const char *access_key = settings_file_text(settings, file, profile, "aws_access_key_id");
	const char *secret_key = settings_file_text(settings, file, profile,
		"aws_secret_access_key");
	const char *token = settings_file_text(settings, file, profile, "aws_security_token");

	if (access_key == NULL && secret_key == NULL)
		return STATUS_OK;
	if (access_key == NULL || secret_key == NULL)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: %s is missing in %.80s; set it", profile,
			access_key == NULL ? "aws_access_key_id" : "aws_secret_access_key",
			file == SETTINGS_CREDENTIALS ? settings->credentials_path
						     : settings->config_path);
	if (token == NULL)
		token = settings_file_text(settings, file, profile, "aws_session_token");
	plan->access_key = access_key;
	plan->secret_key = secret_key;
	plan->session_token = token;
	plan->source = SOURCE_STATIC;
	snprintf(plan->origin, sizeof(plan->origin), "profile %.60s", profile);
	return STATUS_OK;
}

enum status
profile_take_own(const char *profile, bool with_environment, struct plan *plan,
	struct reason *reason)
{
	const struct settings *settings = &plan->settings;
	enum status status = source_take_web_identity(plan, profile, with_environment, reason);

	if (status == STATUS_OK && plan->source == 0)
		status = login_refuse(settings, profile, reason);
	if (status == STATUS_OK && plan->source == 0)
		status = keys_take(profile, SETTINGS_CREDENTIALS, plan, reason);
	if (status == STATUS_OK && plan->source == 0 &&
		profile_has(settings, profile, "credential_process"))
		status = source_take_process(plan, profile, reason);
	if (status == STATUS_OK && plan->source == 0)
		status = keys_take(profile, SETTINGS_CONFIG, plan, reason);
	return status;
}

/* Whole seconds as AWS takes them: 900 to 43200. */
static enum status
duration_take(const struct settings *settings, const char *profile, unsigned int *ret_duration_s,
	struct reason *reason)
{
	const char *text = settings_profile_text(settings, profile, "duration_seconds");
	size_t digits = text != NULL ? strspn(text, "0123456789") : 0;
	unsigned long number = text != NULL ? strtoul(text, NULL, 10) : 0;

	if (text == NULL)
		return STATUS_OK;
	if (digits == 0 || text[digits] != '\0' || number < 900 || number > 43200)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: duration_seconds must be from 900 to 43200; correct it",
			profile);
	*ret_duration_s = (unsigned int)number;
	return STATUS_OK;
}

static enum status
role_add(const char *profile, struct plan *plan, struct reason *reason)
{
	const struct settings *settings = &plan->settings;
	struct plan_role role = {
		.arn = settings_profile_text(settings, profile, "role_arn"),
		.session = settings_profile_text(settings, profile, "role_session_name"),
		.external_id = settings_profile_text(settings, profile, "external_id"),
	};

	if (profile_has(settings, profile, "mfa_serial"))
		return human_refuse(profile, "MFA", reason);
	if (plan->role_count == PLAN_ROLES)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: more than %d roles in a row; shorten the chain", profile,
			PLAN_ROLES);

	enum status status = duration_take(settings, profile, &role.duration_s, reason);

	if (status == STATUS_OK)
		plan->roles[plan->role_count++] = role;
	return status;
}

static enum status
named_source_take(const char *profile, const char *name, struct plan *plan, struct reason *reason)
{
	if (strcmp(name, "Environment") == 0)
		return source_take_environment(plan, true, reason);
	if (strcmp(name, "Ec2InstanceMetadata") == 0)
		return source_take_metadata(plan, reason);
	if (strcmp(name, "EcsContainer") == 0)
		return source_take_container(plan, true, reason);
	return reason_set(reason, STATUS_BAD_PROFILE,
		"profile %.60s: credential_source %.40s is not known; see the manual", profile,
		name);
}

/* The end of the chain: a profile that has credentials of its own. */
static enum status
last_take(const char *profile, struct plan *plan, struct reason *reason)
{
	enum status status = profile_take_own(profile, false, plan, reason);

	if (status == STATUS_OK && plan->source == 0)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: is a source_profile and has no credentials; correct it",
			profile);
	return status;
}

static bool
walk_knows(const struct profile_walk *walk, const char *profile)
{
	for (size_t i = 0; i < walk->count; i++) {
		if (strcmp(walk->names[i], profile) == 0)
			return true;
	}
	return false;
}

/* RET_NEXT is the profile to go on with, or NULL when the source is found. */
static enum status
next_take(const struct profile_walk *walk, const char *profile, const char *next, struct plan *plan,
	const char **ret_next, struct reason *reason)
{
	const struct settings *settings = &plan->settings;

	if (!settings_profile_exists(settings, next))
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: its source_profile %.60s does not exist; add or correct it",
			profile, next);
	/* A profile may be its own source only through its keys. */
	if (walk_knows(walk, next) &&
		(strcmp(next, profile) != 0 || !profile_has_keys(settings, next)))
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: its source_profile leads back to it; break the circle",
			next);
	if (profile_has_keys(settings, next) || !profile_has_role(settings, next))
		return last_take(next, plan, reason);
	*ret_next = next;
	return STATUS_OK;
}

/* What the role of PROFILE is assumed with; RET_NEXT as above. */
static enum status
role_source_take(const struct profile_walk *walk, const char *profile, struct plan *plan,
	const char **ret_next, struct reason *reason)
{
	const struct settings *settings = &plan->settings;
	const char *next = settings_profile_text(settings, profile, "source_profile");
	const char *named = settings_profile_text(settings, profile, "credential_source");

	if ((next != NULL) == (named != NULL))
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: role_arn has no source; set either source_profile or credential_source",
			profile);
	return named != NULL ? named_source_take(profile, named, plan, reason)
			     : next_take(walk, profile, next, plan, ret_next, reason);
}

/* The walk went from the last role to the first: they are assumed the other way round. */
static void
roles_reverse(struct plan *plan)
{
	for (size_t i = 0; i < plan->role_count / 2; i++) {
		struct plan_role role = plan->roles[i];

		plan->roles[i] = plan->roles[plan->role_count - 1 - i];
		plan->roles[plan->role_count - 1 - i] = role;
	}
}

enum status
profile_take_role(const char *profile, struct plan *plan, struct reason *reason)
{
	struct profile_walk walk = {0};
	const char *at = profile;

	while (at != NULL) {
		const char *next = NULL;
		/* Refuses more roles than there is room for, and so the walk has room, too. */
		enum status status = role_add(at, plan, reason);

		if (status != STATUS_OK)
			return status;
		walk.names[walk.count++] = at;
		status = role_source_take(&walk, at, plan, &next, reason);
		if (status != STATUS_OK)
			return status;
		at = next;
	}
	roles_reverse(plan);
	return STATUS_OK;
}
