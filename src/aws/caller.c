/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One function for each source, the switch between them, and the way along the roles. */
#include "aws/caller.h"

#include "aws/container.h"
#include "aws/partition.h"
#include "aws/process_output.h"
#include "aws/retry.h"
#include "aws/sts.h"

static enum status
static_obtain(struct caller *caller, struct reason *reason)
{
	const struct request *request = caller->request;

	if (request->access_key == NULL || request->secret_key == NULL)
		return reason_set(reason, STATUS_NO_CREDENTIALS,
			"%.80s: the access key is not complete; set its id and its secret",
			request->origin);
	return credentials_copy(request->origin, request->access_key, request->secret_key,
		request->session_token, &caller->credentials, reason);
}

static enum status
process_obtain(struct caller *caller, int64_t now_s, struct reason *reason)
{
	const struct wire_slot *slot = &caller->request->process_output;
	owned_secret text = {0};

	if (slot->bytes == NULL || secret_copy(slot->bytes, slot->length_bytes, &text) != STATUS_OK)
		return reason_set(reason, STATUS_NO_MEMORY,
			"no memory for the output of credential_process");
	return process_output_parse(&text, caller->request->origin, now_s, &caller->credentials,
		reason);
}

static enum status
container_obtain(struct caller *caller, struct deadline deadline, struct reason *reason)
{
	const struct request *request = caller->request;

	if (request->container_url == NULL)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: no URL of the container's endpoint");
	return container_credentials(request->container_url, request->container_token, deadline,
		&caller->credentials, reason);
}

static enum status
web_identity_obtain(struct caller *caller, const struct sts_way *way, struct deadline deadline,
	struct reason *reason)
{
	const struct request *request = caller->request;

	if (request->web_identity_token == NULL || request->role_count == 0)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: no token or no role for web identity");
	return sts_assume_role_with_web_identity(way, &request->roles[0],
		request->web_identity_token, deadline, &caller->credentials, reason);
}

static enum status
source_obtain(struct caller *caller, const struct sts_way *way, struct deadline deadline,
	struct reason *reason)
{
	switch (caller->request->source) {
	case SOURCE_STATIC:
		return static_obtain(caller, reason);
	case SOURCE_METADATA:
		return metadata_credentials(caller->metadata, deadline, &caller->credentials,
			reason);
	case SOURCE_PROCESS:
		return process_obtain(caller, way->now_s, reason);
	case SOURCE_CONTAINER:
		return container_obtain(caller, deadline, reason);
	case SOURCE_WEB_IDENTITY:
		return web_identity_obtain(caller, way, retry_share(deadline), reason);
	default:
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: unknown source of credentials");
	}
}

/* From the credentials of the source to those of the last role. */
static enum status
roles_assume(struct caller *caller, const struct sts_way *way, struct deadline deadline,
	struct reason *reason)
{
	const struct request *request = caller->request;
	size_t first = request->source == SOURCE_WEB_IDENTITY ? 1 : 0;

	for (size_t i = first; i < request->role_count; i++) {
		owned_credentials next = {0};
		enum status status = sts_assume_role(way, &request->roles[i], &caller->credentials,
			retry_share(deadline), &next, reason);

		if (status != STATUS_OK)
			return status;
		credentials_end(&caller->credentials);
		caller->credentials = next;
		next = (struct credentials){0};
	}
	return STATUS_OK;
}

enum status
caller_obtain(struct caller *caller, const struct caller_way *way, struct deadline deadline,
	struct reason *reason)
{
	const struct request *request = caller->request;
	const struct endpoint_choice choice = {request->endpoint_sts, request->fips,
		request->dual_stack};
	struct endpoint endpoint = {0};
	const struct sts_way sts = {way->client, way->region, &endpoint, way->now_s, way->facts};
	enum status status = STATUS_OK;

	if (caller->credentials.access_key[0] != '\0')
		return STATUS_OK;
	if (request->role_count > 0)
		status = endpoint_choose("sts", way->region, &choice, &endpoint, reason);
	if (status == STATUS_OK)
		status = source_obtain(caller, &sts, deadline, reason);
	if (status == STATUS_OK)
		status = roles_assume(caller, &sts, deadline, reason);
	/* Those of a hop before the last are not what was asked for. */
	if (status != STATUS_OK)
		caller_forget(caller);
	return status;
}

bool
caller_can_refresh(const struct caller *caller)
{
	/* What root gave is the same the next time; what was asked for over the network may not be.
	 */
	return caller->request->role_count > 0 || caller->request->source == SOURCE_METADATA ||
		caller->request->source == SOURCE_CONTAINER;
}

void
caller_forget(struct caller *caller)
{
	credentials_end(&caller->credentials);
}

void
caller_end(struct caller *caller)
{
	credentials_end(&caller->credentials);
}
