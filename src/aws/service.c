/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers, signature, exchange. */
#include "config.h"

#include "aws/service.h"

#include <stdio.h>
#include <string.h>

#define CONNECT_MS 4000
#define HEADERS 10

struct headers {
	struct http_header rows[HEADERS];
	size_t count;
};

static void
header_put(struct headers *headers, const char *name, const char *value)
{
	if (value != NULL)
		headers->rows[headers->count++] = (struct http_header){name, value};
}

static enum status
signature_write(const struct service_call *call, const struct headers *headers, const char *date,
	char ret_authorization[static SIGV4_AUTHORIZATION_BYTES])
{
	struct headers signed_headers = *headers;

	/* Host goes out with every request; here it is only signed. */
	header_put(&signed_headers, "host", call->endpoint->host);

	struct sigv4_request request = {
		.method = "POST",
		.region = call->region,
		.service = call->service,
		.headers = signed_headers.rows,
		.header_count = signed_headers.count,
		.body = call->body,
		.body_bytes = strlen(call->body),
		.access_key = call->credentials->access_key,
		.secret_key = &call->credentials->secret_key,
		.date = date,
	};

	return sigv4_sign(&request, ret_authorization);
}

static void
facts_fill(const struct http_reply *reply, int64_t now_s, struct reply_facts *facts)
{
	*facts = (struct reply_facts){.http_status = reply->status,
		.date_s = reply->date_s,
		.pause_ms = http_reply_pause_ms(reply, now_s),
		.date_is_malformed = reply->date_is_malformed,
		.retry_after_is_malformed = reply->retry_after_is_malformed,
		.verified = reply->verified};
}

enum status
service_post(struct http_client *client, const struct service_call *call, struct deadline deadline,
	struct http_reply *ret_reply, struct reason *reason)
{
	struct headers headers = {0};
	char date[SIGV4_DATE_BYTES], authorization[SIGV4_AUTHORIZATION_BYTES];
	enum status status = STATUS_OK;

	sigv4_date(call->now_s, date);
	header_put(&headers, "content-type", call->content_type);
	header_put(&headers, "x-amz-target", call->target);
	if (call->credentials != NULL) {
		header_put(&headers, "x-amz-date", date);
		header_put(&headers, "x-amz-security-token",
			call->credentials->session_token.bytes);
		status = signature_write(call, &headers, date, authorization);
		header_put(&headers, "authorization", authorization);
	}
	if (status != STATUS_OK)
		return reason_set(reason, status,
			"%.80s: the request could not be signed; correct the access key",
			call->endpoint->host);
	header_put(&headers, "accept", call->accept);
	header_put(&headers, "user-agent", "luks-ssm/" PACKAGE_VERSION);

	struct http_call exchange = {
		.method = "POST",
		.url = call->endpoint->url,
		.host = call->endpoint->host,
		.headers = headers.rows,
		.header_count = headers.count,
		.body = call->body,
		.body_bytes = strlen(call->body),
		.connect_ms = CONNECT_MS,
		.deadline = deadline,
		.reply_limit_bytes = call->reply_limit_bytes,
	};

	status = http_exchange(client, &exchange, ret_reply, reason);
	if (status == STATUS_OK && call->facts != NULL)
		facts_fill(ret_reply, call->now_s, call->facts);
	return status;
}
