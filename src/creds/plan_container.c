/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The endpoint of a container: where it is, and what it is shown. */
#include <stdio.h>
#include <string.h>

#include "creds/plan_source.h"
#include "creds/token_file.h"

#define CONTAINER_HOST "http://169.254.170.2"

static enum status
container_token_take(struct plan *plan, struct reason *reason)
{
	const struct settings *settings = &plan->settings;
	const char *file = settings_variable(settings, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *token = settings_variable(settings, "AWS_CONTAINER_AUTHORIZATION_TOKEN");

	/* The file wins, and is read each time, because EKS changes it. */
	if (file != NULL)
		return token_file_read(file, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
			&plan->container_token, reason);
	return token != NULL ? secret_copy(token, strlen(token), &plan->container_token)
			     : STATUS_OK;
}

enum status
source_take_container(struct plan *plan, bool required, struct reason *reason)
{
	const struct settings *settings = &plan->settings;
	const char *relative = settings_variable(settings,
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = settings_variable(settings, "AWS_CONTAINER_CREDENTIALS_FULL_URI");

	if (relative == NULL && full == NULL && required)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"credential_source EcsContainer: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set; set it");
	if (relative == NULL && full == NULL)
		return STATUS_OK;
	snprintf(plan->container_url, sizeof(plan->container_url), "%s%s",
		relative != NULL ? CONTAINER_HOST : "", relative != NULL ? relative : full);
	plan->source = SOURCE_CONTAINER;
	snprintf(plan->origin, sizeof(plan->origin), "container credentials");
	return container_token_take(plan, reason);
}
