/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A token of somebody else's, and the role that it is for. */
#include <stdio.h>

#include "creds/plan_source.h"
#include "creds/token_file.h"

/* Each variable of the environment before the profile's own word. */
static const char *
identity_text(const struct settings *settings, const char *profile, const char *variable,
	const char *name)
{
	const char *text = variable != NULL ? settings_variable(settings, variable) : NULL;

	return text != NULL ? text : settings_profile_text(settings, profile, name);
}

enum status
source_take_web_identity(struct plan *plan, const char *profile, bool with_environment,
	struct reason *reason)
{
	const struct settings *settings = &plan->settings;
	const char *file = identity_text(settings, profile,
		with_environment ? "AWS_WEB_IDENTITY_TOKEN_FILE" : NULL, "web_identity_token_file");
	const char *role = identity_text(settings, profile,
		with_environment ? "AWS_ROLE_ARN" : NULL, "role_arn");
	const char *session = identity_text(settings, profile,
		with_environment ? "AWS_ROLE_SESSION_NAME" : NULL, "role_session_name");

	if (file == NULL)
		return STATUS_OK;
	if (role == NULL)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"web_identity_token_file: there is no role for its token; set role_arn or AWS_ROLE_ARN");
	if (plan->role_count == PLAN_ROLES)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: more than %d roles in a row; shorten the chain", profile,
			PLAN_ROLES);
	plan->roles[plan->role_count++] = (struct plan_role){.arn = role, .session = session};
	plan->source = SOURCE_WEB_IDENTITY;
	snprintf(plan->origin, sizeof(plan->origin), "web identity");
	return token_file_read(file, "web_identity_token_file", &plan->web_identity, reason);
}
