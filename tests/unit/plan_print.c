/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints as JSON how credentials are come by for parameters given as NAME=VALUE: root's plan, and
 * what the helper makes of its texts before it asks the network. For tests/data/credentials alone,
 * whose keys are test values: it prints them.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../helper/arguments.h"
#include "aws/container.h"
#include "aws/metadata.h"
#include "aws/partition.h"
#include "aws/process_output.h"
#include "creds/plan.h"

static void
text_add(struct json_object *object, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0')
		json_object_object_add(object, name, json_object_new_string(text));
}

static enum status
process_add(const struct plan *plan, struct json_object *object, struct reason *reason)
{
	owned_credentials credentials = {0};
	enum status status = process_output_parse(&plan->process_output, plan->origin, time(NULL),
		&credentials, reason);

	if (status != STATUS_OK)
		return status;
	text_add(object, "access_key", credentials.access_key);
	text_add(object, "secret_key", credentials.secret_key.bytes);
	text_add(object, "token", credentials.session_token.bytes);
	return STATUS_OK;
}

static enum status
container_add(const struct plan *plan, struct json_object *object, struct reason *reason)
{
	struct container_url url = {0};
	enum status status = container_url_parse(plan->container_url, &url, reason);

	text_add(object, "url", url.url);
	text_add(object, "authorization", plan->container_token.bytes);
	return status;
}

static enum status
metadata_add(const struct plan *plan, struct json_object *object, struct reason *reason)
{
	owned_metadata metadata = {0};
	enum status status = metadata_open(plan->endpoint_metadata, &metadata, reason);

	text_add(object, "url", metadata.endpoint.url);
	return status;
}

static enum status
source_add(const struct plan *plan, struct json_object *object, struct reason *reason)
{
	static const char *const names[] = {"", "keys", "metadata", "keys", "container",
		"web-identity"};

	text_add(object, "source", names[plan->source]);
	switch (plan->source) {
	case SOURCE_PROCESS:
		return process_add(plan, object, reason);
	case SOURCE_CONTAINER:
		return container_add(plan, object, reason);
	case SOURCE_METADATA:
		return metadata_add(plan, object, reason);
	default:
		text_add(object, "access_key", plan->access_key);
		text_add(object, "secret_key", plan->secret_key);
		text_add(object, "token", plan->session_token);
		text_add(object, "identity_token", plan->web_identity.bytes);
		return STATUS_OK;
	}
}

static void
roles_add(const struct plan *plan, struct json_object *object)
{
	struct json_object *roles = json_object_new_array();

	for (size_t i = 0; i < plan->role_count; i++) {
		struct json_object *role = json_object_new_object();

		text_add(role, "arn", plan->roles[i].arn);
		text_add(role, "session", plan->roles[i].session);
		text_add(role, "external_id", plan->roles[i].external_id);
		if (plan->roles[i].duration_s > 0)
			json_object_object_add(role, "duration",
				json_object_new_int64(plan->roles[i].duration_s));
		json_object_array_add(roles, role);
	}
	json_object_object_add(object, "roles", roles);
}

static enum status
endpoint_add(const struct plan *plan, const char *service, const char *configured,
	struct json_object *object, struct reason *reason)
{
	const struct endpoint_choice choice = {configured, plan->fips, plan->dual_stack};
	const char *region = plan->region != NULL ? plan->region : plan->region_default;
	struct endpoint endpoint = {0};

	if (region == NULL)
		return STATUS_OK;

	enum status status = endpoint_choose(service, region, &choice, &endpoint, reason);

	text_add(object, service, endpoint.url);
	text_add(object, "region", region);
	return status;
}

static enum status
plan_add(const struct params *params, struct json_object *object, struct reason *reason)
{
	owned_plan plan = {0};
	enum status status = plan_make(params, deadline_in_ms(3000), &plan, reason);

	if (status == STATUS_OK)
		status = source_add(&plan, object, reason);
	if (status == STATUS_OK)
		status = endpoint_add(&plan, "ssm", plan.endpoint_ssm, object, reason);
	if (status == STATUS_OK && plan.role_count > 0)
		status = endpoint_add(&plan, "sts", plan.endpoint_sts, object, reason);
	if (status == STATUS_OK)
		roles_add(&plan, object);
	return status;
}

int
main(int argc, char **argv)
{
	struct arguments arguments = {argc, argv};
	struct params params;
	struct reason reason = {0};
	struct json_object *object = json_object_new_object();
	struct json_object *refusal = json_object_new_object();

	params_load(argument_find, &arguments, &params);

	enum status status = plan_add(&params, object, &reason);

	if (status != STATUS_OK) {
		text_add(refusal, "error", status_code(status));
		text_add(refusal, "reason", reason.text);
	}
	puts(json_object_to_json_string_ext(status == STATUS_OK ? object : refusal,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
	json_object_put(refusal);
	return 0;
}
