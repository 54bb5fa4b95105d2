/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of the sources, the way to AWS, and the frame. */
#include "creds/plan.h"

#include <stdio.h>
#include <string.h>

#include "base/wire.h"
#include "creds/plan_route.h"
#include "creds/plan_source.h"
#include "creds/profile.h"
#include "params/params_check.h"

#define ROLE_SESSION "luks-ssm"

/* Each step only when the ones before found nothing. */
static enum status
source_choose(struct plan *plan, struct reason *reason)
{
	const struct settings *settings = &plan->settings;
	const char *profile = settings->profile;
	/* An explicit profile switches the keys and the roles of the environment off. */
	bool with_environment = settings->params->profile == NULL;
	enum status status = STATUS_OK;

	if (with_environment)
		status = source_take_environment(plan, false, reason);
	if (status == STATUS_OK && plan->source == 0 && profile_has_role(settings, profile))
		status = profile_take_role(profile, plan, reason);
	if (status == STATUS_OK && plan->source == 0)
		status = profile_take_own(profile, with_environment, plan, reason);
	if (status == STATUS_OK && plan->source == 0)
		status = source_take_container(plan, false, reason);
	if (status == STATUS_OK && plan->source == 0)
		status = source_take_metadata(plan, reason);
	return status;
}

static enum status
role_parameter_add(struct plan *plan, struct reason *reason)
{
	const struct params *params = plan->settings.params;

	if (params->role_arn == NULL)
		return STATUS_OK;
	if (plan->role_count == PLAN_ROLES)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"role_arn: the profile assumes %d roles already; leave one of them out",
			PLAN_ROLES);
	plan->roles[plan->role_count++] = (struct plan_role){.arn = params->role_arn,
		.external_id = params->external_id};
	return STATUS_OK;
}

enum status
plan_make(const struct params *params, struct deadline deadline, struct plan *ret_plan,
	struct reason *reason)
{
	owned_plan plan = {.deadline = deadline};
	enum status status = settings_open(params, &plan.settings, reason);

	if (status == STATUS_OK)
		status = source_choose(&plan, reason);
	if (status == STATUS_OK)
		status = role_parameter_add(&plan, reason);
	if (status == STATUS_OK)
		status = plan_route_choose(&plan, reason);
	if (status != STATUS_OK)
		return reason_set(reason, status, "no memory for the credentials; free some");
	*ret_plan = plan;
	plan = (struct plan){0};
	return STATUS_OK;
}

/* Runs a chain of writes that stops at the first failure. */
struct plan_writer {
	struct secret *frame;
	enum status status;
};

static void
text_put(struct plan_writer *writer, enum wire_field field, unsigned int place, const char *text)
{
	if (writer->status == STATUS_OK)
		writer->status = wire_put_text(writer->frame, field, place, text);
}

static void
number_put(struct plan_writer *writer, enum wire_field field, unsigned int place, uint64_t number)
{
	if (writer->status == STATUS_OK)
		writer->status = wire_put_number(writer->frame, field, place, number);
}

static void
secret_put(struct plan_writer *writer, enum wire_field field, const struct secret *secret)
{
	if (writer->status == STATUS_OK)
		writer->status = wire_put_secret(writer->frame, field, secret);
}

static void
regions_put(struct plan_writer *writer, const char *list)
{
	const char *region = NULL;

	for (unsigned int place = 0; list != NULL && writer->status == STATUS_OK; place++) {
		size_t length_bytes = region_list_next(&list, &region);

		if (length_bytes == 0)
			return;
		writer->status = wire_put_bytes(writer->frame, WIRE_REGION, place, region,
			length_bytes);
	}
}

static void
route_put(struct plan_writer *writer, const struct plan *plan)
{
	regions_put(writer, plan->region);
	text_put(writer, WIRE_REGION_DEFAULT, 0, plan->region_default);
	text_put(writer, WIRE_ENDPOINT_SSM, 0, plan->endpoint_ssm);
	text_put(writer, WIRE_ENDPOINT_STS, 0, plan->endpoint_sts);
	text_put(writer, WIRE_METADATA_ENDPOINT, 0, plan->endpoint_metadata);
	text_put(writer, WIRE_PROXY, 0, plan->proxy);
	text_put(writer, WIRE_NO_PROXY, 0, plan->no_proxy);
	number_put(writer, WIRE_FIPS, 0, plan->fips);
	number_put(writer, WIRE_DUAL_STACK, 0, plan->dual_stack);
	secret_put(writer, WIRE_CA_BUNDLE, &plan->ca_bundle);
}

static void
source_put(struct plan_writer *writer, const struct plan *plan)
{
	number_put(writer, WIRE_SOURCE, 0, (uint64_t)plan->source);
	text_put(writer, WIRE_ORIGIN, 0, plan->origin);
	text_put(writer, WIRE_ACCESS_KEY, 0, plan->access_key);
	text_put(writer, WIRE_SECRET_KEY, 0, plan->secret_key);
	text_put(writer, WIRE_SESSION_TOKEN, 0, plan->session_token);
	secret_put(writer, WIRE_PROCESS_OUTPUT, &plan->process_output);
	text_put(writer, WIRE_CONTAINER_URL, 0,
		plan->container_url[0] != '\0' ? plan->container_url : NULL);
	secret_put(writer, WIRE_CONTAINER_TOKEN, &plan->container_token);
	secret_put(writer, WIRE_WEB_IDENTITY_TOKEN, &plan->web_identity);
}

static void
roles_put(struct plan_writer *writer, const struct plan *plan)
{
	for (unsigned int i = 0; i < plan->role_count; i++) {
		const struct plan_role *role = &plan->roles[i];

		text_put(writer, WIRE_ROLE_ARN, i, role->arn);
		text_put(writer, WIRE_ROLE_SESSION, i,
			role->session != NULL ? role->session : ROLE_SESSION);
		text_put(writer, WIRE_ROLE_EXTERNAL_ID, i, role->external_id);
		if (role->duration_s > 0)
			number_put(writer, WIRE_ROLE_DURATION, i, role->duration_s);
	}
}

enum status
plan_write(const struct plan *plan, struct secret *frame)
{
	struct plan_writer writer = {.frame = frame};

	route_put(&writer, plan);
	source_put(&writer, plan);
	roles_put(&writer, plan);
	return writer.status;
}

size_t
plan_room_bytes(const struct plan *plan)
{
	/* Every other field's limit of src/base/wire.def, rounded up. */
	return (256u << 10) + plan->ca_bundle.length_bytes;
}

void
plan_end(struct plan *plan)
{
	secret_end(&plan->process_output);
	secret_end(&plan->container_token);
	secret_end(&plan->web_identity);
	secret_end(&plan->ca_bundle);
	settings_end(&plan->settings);
}
