/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IMDSv2 with the patience that early boot needs: a few short tries each. */
#include "aws/metadata.h"

#include <stdio.h>
#include <string.h>

#include "base/pause.h"

#define DEFAULT_ENDPOINT "http://169.254.169.254"
#define ROLE_PATH "latest/meta-data/iam/security-credentials/"
#define REGION_PATH "latest/meta-data/placement/region"
#define TOKEN_PATH "latest/api/token"
#define TOKEN_HEADER "x-aws-ec2-metadata-token"
#define EXCHANGE_MS 2000
#define EXCHANGE_MAX_MS 32000
#define TRIES 4
/* A try that ends so long after its time was not let run. */
#define LATE_MS 500
/* libcurl may end a try that much before its time. */
#define ROUNDING_MS 50
#define REPLY_LIMIT_BYTES 65536

enum status
metadata_open(const char *endpoint, struct metadata *ret_metadata, struct reason *reason)
{
	owned_metadata metadata = {.exchange_ms = EXCHANGE_MS};
	enum status status = endpoint_parse(endpoint != NULL ? endpoint : DEFAULT_ENDPOINT,
		URL_TRUST_METADATA, "AWS_EC2_METADATA_SERVICE_ENDPOINT", &metadata.endpoint,
		reason);

	if (status == STATUS_OK)
		status = http_client_make(NULL, 0, &metadata.client);
	if (status != STATUS_OK)
		return status;
	*ret_metadata = metadata;
	metadata.client = NULL;
	return STATUS_OK;
}

static enum status
metadata_call(struct metadata *metadata, const char *method, const char *path,
	const struct http_header *header, struct deadline deadline, struct http_reply *ret_reply,
	struct reason *reason)
{
	char url[URL_BYTES + 160];
	struct http_call call = {
		.method = method,
		.url = url,
		.host = metadata->endpoint.host,
		.headers = header,
		.header_count = 1,
		.body = strcmp(method, "PUT") == 0 ? "" : NULL,
		.connect_ms = metadata->exchange_ms,
		.deadline = deadline_sooner(deadline, deadline_in_ms(metadata->exchange_ms)),
		.reply_limit_bytes = REPLY_LIMIT_BYTES,
	};

	snprintf(url, sizeof(url), "%s%s", metadata->endpoint.url, path);

	enum status status = http_exchange(metadata->client, &call, ret_reply, reason);
	int64_t over_ms = clock_now_ms() - call.deadline.at_ms;

	if (status == STATUS_OK)
		return status;
	if (over_ms > LATE_MS)
		metadata->late_tries++;
	if (over_ms > -ROUNDING_MS && metadata->exchange_ms < EXCHANGE_MAX_MS)
		metadata->exchange_ms *= 2;
	return status;
}

/*
 * A session token, unless there is one. RET_STATUS is the HTTP status when there is no token in the
 * answer.
 */
static enum status
token_obtain(struct metadata *metadata, struct deadline deadline, long *ret_http_status,
	struct reason *reason)
{
	const struct http_header header = {TOKEN_HEADER "-ttl-seconds", "21600"};
	owned_http_reply reply = {0};

	if (metadata->token.length_bytes > 0)
		return STATUS_OK;

	enum status status = metadata_call(metadata, "PUT", TOKEN_PATH, &header, deadline, &reply,
		reason);

	if (status != STATUS_OK)
		return status;
	*ret_http_status = reply.status;
	if (reply.status != 200)
		return STATUS_METADATA_UNREACHABLE;
	status = metadata_token_check(&reply.body, metadata->endpoint.host, reason);
	if (status != STATUS_OK)
		return status;
	secret_end(&metadata->token);
	metadata->token = secret_steal(&reply.body);
	return STATUS_OK;
}

/* One try: token, then the document. HTTP statuses other than 200 come back in RET_HTTP_STATUS. */
static enum status
document_try(struct metadata *metadata, const char *path, struct deadline deadline,
	struct secret *ret_body, long *ret_http_status, struct reason *reason)
{
	enum status status = token_obtain(metadata, deadline, ret_http_status, reason);
	owned_http_reply reply = {0};

	if (status != STATUS_OK)
		return status;

	const struct http_header header = {TOKEN_HEADER, metadata->token.bytes};

	status = metadata_call(metadata, "GET", path, &header, deadline, &reply, reason);
	if (status != STATUS_OK)
		return status;
	*ret_http_status = reply.status;
	if (reply.status == 401)
		secret_end(&metadata->token);
	if (reply.status != 200)
		return STATUS_METADATA_UNREACHABLE;
	*ret_body = secret_steal(&reply.body);
	return STATUS_OK;
}

static bool
answer_is_final(long http_status)
{
	/* 401 comes from a token that the service forgot, and in the first seconds of a boot. */
	return http_status >= 400 && http_status < 500 && http_status != 401 && http_status != 429;
}

/* What the last try said of the service, without its advice, which is that of a service of AWS. */
static enum status
silence_explain(const char *host, struct reason *reason)
{
	const struct reason last = *reason;
	const char *place = strstr(last.text, host);
	const char *what = place != NULL ? place + strlen(host) + strspn(place + strlen(host), ": ")
					 : "no answer";

	reason_clear(reason);
	return reason_set(reason, STATUS_METADATA_UNREACHABLE,
		"%s: no instance metadata (%.*s), and no other credentials are configured; "
		"on EC2 is IMDS on, its hop limit 2 in containers?",
		host, (int)strcspn(what, ";"), what);
}

/*
 * Up to four tries, those not counted in which this process did not get a processor. On failure
 * RET_HTTP_STATUS is the last answer's, 0 when there was none.
 */
static enum status
document_fetch(struct metadata *metadata, const char *path, struct deadline deadline,
	struct secret *ret_body, long *ret_http_status, struct reason *reason)
{
	enum status status = STATUS_METADATA_UNREACHABLE;
	unsigned int late_before = metadata->late_tries;

	for (unsigned int try = 0; try < TRIES + metadata->late_tries - late_before; try++) {
		*ret_http_status = 0;
		reason_clear(reason);
		status = document_try(metadata, path, deadline, ret_body, ret_http_status, reason);
		if (status == STATUS_OK || status == STATUS_NO_MEMORY ||
			answer_is_final(*ret_http_status))
			return status;
		if (!deadline_pause_ms(deadline, pause_random_ms(try, 200, 1000)))
			break;
	}
	/* Something answered, and its answer is what is wrong. */
	if (status == STATUS_BAD_REPLY)
		return status;
	if (*ret_http_status != 0) {
		reason_clear(reason);
		return reason_set(reason, STATUS_METADATA_UNREACHABLE,
			"%s: instance metadata answers HTTP %ld", metadata->endpoint.host,
			*ret_http_status);
	}
	return silence_explain(metadata->endpoint.host, reason);
}

static enum status
role_explain(const struct metadata *metadata, long http_status, struct reason *reason)
{
	/* With a token in hand it is the role that is not there; without one it was the token. */
	if (http_status == 404 && metadata->token.length_bytes > 0)
		return reason_set(reason, STATUS_NO_CREDENTIALS,
			"no credentials are configured and this instance has no role; attach one");
	return reason_set(reason, STATUS_NO_CREDENTIALS,
		"%s: instance metadata refuses (HTTP %ld); switch IMDSv2 on",
		metadata->endpoint.host, http_status);
}

enum status
metadata_credentials(struct metadata *metadata, struct deadline deadline,
	struct credentials *ret_credentials, struct reason *reason)
{
	owned_secret role_body = {0}, keys_body = {0};
	char role[METADATA_ROLE_BYTES], path[sizeof(ROLE_PATH) + METADATA_ROLE_BYTES];
	long http_status = 0;
	enum status status = document_fetch(metadata, ROLE_PATH, deadline, &role_body, &http_status,
		reason);

	if (status != STATUS_OK)
		return answer_is_final(http_status) ? role_explain(metadata, http_status, reason)
						    : status;
	status = metadata_role_take(&role_body, metadata->endpoint.host, role, reason);
	if (status != STATUS_OK)
		return status;
	snprintf(path, sizeof(path), ROLE_PATH "%s", role);
	status = document_fetch(metadata, path, deadline, &keys_body, &http_status, reason);
	if (status != STATUS_OK)
		return answer_is_final(http_status) ? role_explain(metadata, http_status, reason)
						    : status;
	return credentials_parse(&keys_body, "instance metadata", ret_credentials, reason);
}

enum status
metadata_region(struct metadata *metadata, struct deadline deadline,
	char ret_region[static REGION_BYTES], struct reason *reason)
{
	owned_secret body = {0};
	long http_status = 0;
	enum status status = document_fetch(metadata, REGION_PATH, deadline, &body, &http_status,
		reason);

	if (status == STATUS_METADATA_UNREACHABLE && !answer_is_final(http_status)) {
		reason_clear(reason);
		return reason_set(reason, status,
			"%s: no region is configured and instance metadata cannot be asked; set region",
			metadata->endpoint.host);
	}
	if (status != STATUS_OK && !answer_is_final(http_status))
		return status;
	/* An answer that refuses gives no region either: its body was not kept. */
	reason_clear(reason);
	return metadata_region_take(&body, ret_region, reason);
}

void
metadata_end(struct metadata *metadata)
{
	secret_end(&metadata->token);
	http_client_end(&metadata->client);
}
