/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Environment, container, metadata, web identity. */
#include "creds/plan_source.h"

#include <stdio.h>
#include <string.h>

#include "creds/trusted_file.h"

#define TOKEN_LIMIT_BYTES 16384
#define CONTAINER_HOST "http://169.254.170.2"

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

/* One line that a header can carry; blanks may stand inside («Bearer …»). */
static bool
token_is_line(const struct secret *token)
{
	for (size_t i = 0; i < token->length_bytes; i++) {
		if (token->bytes[i] < ' ' || token->bytes[i] > '~')
			return false;
	}
	return true;
}

/* An editor ends the line with a newline, which is not the token's. */
static enum status
token_read(const char *path, const char *what, struct secret *ret_token, struct reason *reason)
{
	owned_secret token = {0};
	enum status status = trusted_file_read(path, what, TRUSTED_READABLE, TOKEN_LIMIT_BYTES,
		&token, reason);

	if (status != STATUS_OK)
		return status;
	while (token.length_bytes > 0 &&
		strchr("\r\n", token.bytes[token.length_bytes - 1]) != NULL)
		secret_cut(&token, token.length_bytes - 1);
	if (token.length_bytes == 0)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"%s: %.100s is empty; put the token there", what, path);
	if (!token_is_line(&token))
		return reason_set(reason, STATUS_BAD_PROFILE,
			"%s: %.100s is not one line of printable text; put the token there", what,
			path);
	*ret_token = secret_steal(&token);
	return STATUS_OK;
}

static enum status
container_token_take(struct plan *plan, struct reason *reason)
{
	const struct settings *settings = &plan->settings;
	const char *file = settings_variable(settings, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *token = settings_variable(settings, "AWS_CONTAINER_AUTHORIZATION_TOKEN");

	/* The file wins, and is read each time, because EKS changes it. */
	if (file != NULL)
		return token_read(file, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
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

enum status
source_take_metadata(struct plan *plan, struct reason *reason)
{
	if (settings_switch(&plan->settings, "AWS_EC2_METADATA_DISABLED"))
		return reason_set(reason, STATUS_NO_CREDENTIALS,
			"no credentials are configured, and AWS_EC2_METADATA_DISABLED switches instance metadata off; allow it or give keys");
	plan->source = SOURCE_METADATA;
	snprintf(plan->origin, sizeof(plan->origin), "instance metadata");
	return STATUS_OK;
}

enum status
source_take_web_identity(struct plan *plan, const char *token_file, struct reason *reason)
{
	plan->source = SOURCE_WEB_IDENTITY;
	snprintf(plan->origin, sizeof(plan->origin), "web identity");
	return token_read(token_file, "web_identity_token_file", &plan->web_identity, reason);
}
