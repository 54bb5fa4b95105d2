/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Static keys of the environment file, else of the process environment. */
#include <stdio.h>

#include "creds/plan_source.h"

/* Key and secret belong together: they are taken from one layer, never mixed. */
static enum status
layer_take(struct plan *plan, bool from_file, struct reason *reason)
{
	const struct settings *settings = &plan->settings;
	const char *where = from_file ? settings->params->environment_file : "the environment";
	const char *access_key = settings_variable_from(settings, from_file, "AWS_ACCESS_KEY_ID");
	const char *secret_key = settings_variable_from(settings, from_file,
		"AWS_SECRET_ACCESS_KEY");

	if (access_key == NULL && secret_key == NULL)
		return STATUS_OK;
	if (access_key == NULL || secret_key == NULL)
		return reason_set(reason, STATUS_NO_CREDENTIALS,
			"%.100s: %s is set, %s is not; set both", where,
			access_key != NULL ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
			access_key != NULL ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
	plan->access_key = access_key;
	plan->secret_key = secret_key;
	/* The older name counts first, as in botocore. */
	plan->session_token = settings_variable_from(settings, from_file, "AWS_SECURITY_TOKEN");
	if (plan->session_token == NULL)
		plan->session_token = settings_variable_from(settings, from_file,
			"AWS_SESSION_TOKEN");
	plan->source = SOURCE_STATIC;
	snprintf(plan->origin, sizeof(plan->origin), "%.150s", where);
	return STATUS_OK;
}

enum status
source_take_environment(struct plan *plan, bool required, struct reason *reason)
{
	enum status status = layer_take(plan, true, reason);

	if (status == STATUS_OK && plan->source == 0)
		status = layer_take(plan, false, reason);
	if (status == STATUS_OK && plan->source == 0 && required)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"credential_source Environment: AWS_ACCESS_KEY_ID is not set; set it in environment_file");
	return status;
}
