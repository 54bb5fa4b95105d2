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

static const char *const source_names[] = {
	"aws_access_key_id",
	"role_arn",
	"credential_process",
	"credential_source",
	"source_profile",
	"sso_session",
	"sso_start_url",
	"login_session",
	"web_identity_token_file",
};

bool
profile_has_source(const struct settings *settings, const char *profile)
{
	for (size_t i = 0; i < sizeof(source_names) / sizeof(source_names[0]); i++) {
		if (settings_profile_text(settings, profile, source_names[i]) != NULL)
			return true;
	}
	return false;
}

static enum status
human_refuse(const struct settings *settings, const char *profile, struct reason *reason)
{
	static const struct {
		const char *name, *what;
	} humans[] = {
		{"sso_session", "SSO"},
		{"sso_start_url", "SSO"},
		{"login_session", "a login"},
		{"mfa_serial", "MFA"},
	};

	for (size_t i = 0; i < sizeof(humans) / sizeof(humans[0]); i++) {
		if (settings_profile_text(settings, profile, humans[i].name) != NULL)
			return reason_set(reason, STATUS_BAD_PROFILE,
				"profile %.60s: uses %s, which needs a human; use keys or a role",
				profile, humans[i].what);
	}
	return STATUS_OK;
}

static enum status
keys_take(const char *profile, struct plan *plan, struct reason *reason)
{
	const struct settings *settings = &plan->settings;

	plan->access_key = settings_profile_text(settings, profile, "aws_access_key_id");
	plan->secret_key = settings_profile_text(settings, profile, "aws_secret_access_key");
	plan->session_token = settings_profile_text(settings, profile, "aws_session_token");
	if (plan->access_key == NULL || plan->secret_key == NULL)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: %s is missing in %.80s; set it", profile,
			plan->access_key == NULL ? "aws_access_key_id" : "aws_secret_access_key",
			settings->credentials_path);
	plan->source = SOURCE_STATIC;
	snprintf(plan->origin, sizeof(plan->origin), "profile %.60s", profile);
	return STATUS_OK;
}

static enum status
role_add(const char *profile, struct plan *plan, struct reason *reason)
{
	const struct settings *settings = &plan->settings;
	const char *duration = settings_profile_text(settings, profile, "duration_seconds");

	if (plan->role_count == PLAN_ROLES)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: more than %d roles in a row", profile, PLAN_ROLES);
	plan->roles[plan->role_count++] = (struct plan_role){
		.arn = settings_profile_text(settings, profile, "role_arn"),
		.session = settings_profile_text(settings, profile, "role_session_name"),
		.external_id = settings_profile_text(settings, profile, "external_id"),
		.duration_s = duration != NULL ? (unsigned int)strtoul(duration, NULL, 10) : 0,
	};
	return STATUS_OK;
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
		"profile %.60s: credential_source %.40s is not known", profile, name);
}

/*
 * What a role is assumed with. RET_NEXT is the profile to go on with, or NULL when the source is
 * found.
 */
static enum status
role_source_take(const char *profile, struct plan *plan, const char **ret_next,
	struct reason *reason)
{
	const struct settings *settings = &plan->settings;
	const char *next = settings_profile_text(settings, profile, "source_profile");
	const char *named = settings_profile_text(settings, profile, "credential_source");
	const char *token_file = settings_profile_text(settings, profile,
		"web_identity_token_file");

	if (token_file != NULL)
		return source_take_web_identity(plan, token_file, reason);
	if ((next != NULL) == (named != NULL))
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: role_arn needs either source_profile or credential_source",
			profile);
	if (named != NULL)
		return named_source_take(profile, named, plan, reason);
	/* A profile may be its own source only through its keys. */
	if (strcmp(next, profile) == 0)
		return keys_take(profile, plan, reason);
	if (!settings_profile_exists(settings, next))
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: its source_profile %.60s does not exist", profile, next);
	*ret_next = next;
	return STATUS_OK;
}

/* One link of the chain; RET_NEXT as above. */
static enum status
link_take(const char *profile, struct plan *plan, const char **ret_next, struct reason *reason)
{
	const struct settings *settings = &plan->settings;
	enum status status = human_refuse(settings, profile, reason);

	if (status != STATUS_OK)
		return status;
	if (settings_profile_text(settings, profile, "role_arn") != NULL) {
		status = role_add(profile, plan, reason);
		return status == STATUS_OK ? role_source_take(profile, plan, ret_next, reason)
					   : status;
	}
	if (settings_profile_text(settings, profile, "aws_access_key_id") == NULL &&
		settings_profile_text(settings, profile, "credential_process") != NULL)
		return source_take_process(plan, profile, reason);
	return keys_take(profile, plan, reason);
}

static enum status
walk_step(struct profile_walk *walk, const char *profile, struct reason *reason)
{
	for (size_t i = 0; i < walk->count; i++) {
		if (strcmp(walk->names[i], profile) == 0)
			return reason_set(reason, STATUS_BAD_PROFILE,
				"profile %.60s: its source_profile leads back to it", profile);
	}
	if (walk->count == PLAN_ROLES)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: more than %d profiles in a row", profile, PLAN_ROLES);
	walk->names[walk->count++] = profile;
	return STATUS_OK;
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
profile_take(const char *profile, struct plan *plan, struct reason *reason)
{
	struct profile_walk walk = {0};
	const char *at = profile;

	while (at != NULL) {
		const char *next = NULL;
		enum status status = walk_step(&walk, at, reason);

		if (status == STATUS_OK)
			status = link_take(at, plan, &next, reason);
		if (status != STATUS_OK)
			return status;
		at = next;
	}
	roles_reverse(plan);
	return STATUS_OK;
}
