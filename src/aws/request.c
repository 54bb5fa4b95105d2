/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frame to struct request: presence is checked here, meaning where it is used. */
#include "aws/request.h"

/* False for half a role: without it, the source's own rights would be used. */
static bool
roles_read(const struct wire_frame *frame, struct request *request)
{
	while (request->role_count < WIRE_LIST_LENGTH) {
		unsigned int place = (unsigned int)request->role_count;
		const char *arn = wire_text(frame, WIRE_ROLE_ARN, place);
		const char *session = wire_text(frame, WIRE_ROLE_SESSION, place);

		if (arn == NULL)
			return true;
		if (session == NULL)
			return false;
		request->roles[request->role_count++] = (struct request_role){
			.arn = arn,
			.session = session,
			.external_id = wire_text(frame, WIRE_ROLE_EXTERNAL_ID, place),
			.duration_s = (unsigned int)wire_number(frame, WIRE_ROLE_DURATION, place,
				0),
		};
	}
	return true;
}

static void
regions_read(const struct wire_frame *frame, struct request *request)
{
	while (request->region_count < WIRE_LIST_LENGTH) {
		const char *region = wire_text(frame, WIRE_REGION,
			(unsigned int)request->region_count);

		if (region == NULL)
			return;
		request->regions[request->region_count++] = region;
	}
}

enum status
request_read(const struct secret *bytes, struct request *ret_request, struct reason *reason)
{
	struct wire_frame frame;

	if (wire_parse(bytes, WIRE_KIND_REQUEST, &frame) != STATUS_OK)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: the request is not of this version; reinstall luks-ssm");

	struct request request = {
		.region_default = wire_text(&frame, WIRE_REGION_DEFAULT, 0),
		.operation = (enum operation)wire_number(&frame, WIRE_OPERATION, 0, OPERATION_GET),
		.value = frame.slots[WIRE_VALUE][0],
		.description = wire_text(&frame, WIRE_DESCRIPTION, 0),
		.kms_key = wire_text(&frame, WIRE_KMS_KEY, 0),
		.parameter = wire_text(&frame, WIRE_PARAMETER, 0),
		.version = wire_number(&frame, WIRE_VERSION, 0, 0),
		.encoding = wire_text(&frame, WIRE_ENCODING, 0),
		.plain_string_ok = wire_number(&frame, WIRE_PLAIN_STRING_OK, 0, 0) != 0,
		.deadline = {.at_ms = (int64_t)wire_number(&frame, WIRE_DEADLINE, 0, 0)},
		.endpoint_ssm = wire_text(&frame, WIRE_ENDPOINT_SSM, 0),
		.endpoint_sts = wire_text(&frame, WIRE_ENDPOINT_STS, 0),
		.endpoint_metadata = wire_text(&frame, WIRE_METADATA_ENDPOINT, 0),
		.proxy = wire_text(&frame, WIRE_PROXY, 0),
		.no_proxy = wire_text(&frame, WIRE_NO_PROXY, 0),
		.fips = wire_number(&frame, WIRE_FIPS, 0, 0) != 0,
		.dual_stack = wire_number(&frame, WIRE_DUAL_STACK, 0, 0) != 0,
		.ca_bundle = frame.slots[WIRE_CA_BUNDLE][0],
		.source = (enum credential_source)wire_number(&frame, WIRE_SOURCE, 0, 0),
		.origin = wire_text(&frame, WIRE_ORIGIN, 0),
		.access_key = wire_text(&frame, WIRE_ACCESS_KEY, 0),
		.secret_key = wire_text(&frame, WIRE_SECRET_KEY, 0),
		.session_token = wire_text(&frame, WIRE_SESSION_TOKEN, 0),
		.process_output = frame.slots[WIRE_PROCESS_OUTPUT][0],
		.container_url = wire_text(&frame, WIRE_CONTAINER_URL, 0),
		.container_token = wire_text(&frame, WIRE_CONTAINER_TOKEN, 0),
		.web_identity_token = wire_text(&frame, WIRE_WEB_IDENTITY_TOKEN, 0),
	};

	if (request.operation >= OPERATION_COUNT || request.parameter == NULL ||
		request.encoding == NULL || request.origin == NULL)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: the request is not complete");
	if (!roles_read(&frame, &request))
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: a role without a session name; reinstall luks-ssm");
	regions_read(&frame, &request);
	*ret_request = request;
	return STATUS_OK;
}
