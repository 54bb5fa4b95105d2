/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A GET, tried until the deadline, because the agent on the host may start later than we do. */
#include "aws/container.h"

#include <stdio.h>
#include <string.h>

#include "aws/http.h"
#include "aws/retry.h"

#define CONTAINER_CONNECT_MS 1000
#define CONTAINER_EXCHANGE_MS 2000
#define CONTAINER_REPLY_LIMIT_BYTES 65536
#define CONTAINER_VARIABLE "AWS_CONTAINER_CREDENTIALS_FULL_URI"

/* The instance's own metadata speaks another language, and gives no credentials at such a URL. */
static bool
host_is_of_instance(const char *host)
{
	return strcmp(host, "169.254.169.254") == 0 || strcmp(host, "[fd00:ec2::254]") == 0;
}

/* Printable ASCII, and nothing that a server never sees. */
static bool
path_is_plain(const char *path)
{
	for (const char *c = path; *c != '\0'; c++) {
		if (*c <= ' ' || *c > '~' || *c == '#' || *c == '\\')
			return false;
	}
	return true;
}

static enum status
url_refuse(struct reason *reason)
{
	reason_clear(reason);
	return reason_set(reason, STATUS_BAD_PROFILE,
		CONTAINER_VARIABLE
		": must be https, or http to 169.254.170.2, 169.254.170.23, [fd00:ec2::23] or a loopback address; correct it");
}

enum status
container_url_parse(const char *text, struct container_url *ret_url, struct reason *reason)
{
	struct container_url url = {0};
	char base[URL_BYTES];
	const char *host = strstr(text, "://");
	size_t base_bytes = host != NULL ? (size_t)(host + 3 - text) + strcspn(host + 3, "/?#")
					 : sizeof(base);

	if (base_bytes >= sizeof(base) || !path_is_plain(text))
		return url_refuse(reason);
	memcpy(base, text, base_bytes);
	base[base_bytes] = '\0';
	if (endpoint_parse(base, URL_TRUST_METADATA, CONTAINER_VARIABLE, &url.endpoint, reason) !=
			STATUS_OK ||
		(!url.endpoint.is_https && host_is_of_instance(url.endpoint.host)))
		return url_refuse(reason);

	const char *path = text + base_bytes + (text[base_bytes] == '/' ? 1 : 0);
	int length = snprintf(url.url, sizeof(url.url), "%s%s", url.endpoint.url, path);

	if (length < 0 || (size_t)length >= sizeof(url.url))
		return url_refuse(reason);
	*ret_url = url;
	return STATUS_OK;
}

static enum status
container_try(struct http_client *client, const struct container_url *url, const char *token,
	struct deadline deadline, struct http_reply *ret_reply, struct reason *reason)
{
	const struct http_header headers[] = {{"accept", "application/json"},
		{"authorization", token}};
	struct http_call call = {
		.method = "GET",
		.url = url->url,
		.host = url->endpoint.host,
		.headers = headers,
		.header_count = token != NULL ? 2 : 1,
		.connect_ms = CONTAINER_CONNECT_MS,
		.deadline = deadline_sooner(deadline, deadline_in_ms(CONTAINER_EXCHANGE_MS)),
		.reply_limit_bytes = CONTAINER_REPLY_LIMIT_BYTES,
	};

	return http_exchange(client, &call, ret_reply, reason);
}

/* Whether the same question may have another answer a moment later. */
static bool
container_may_recover(enum status status, long http_status)
{
	if (status == STATUS_OK)
		return http_status >= 500 || http_status == 429;
	return status == STATUS_UNREACHABLE || status == STATUS_BAD_REPLY;
}

/* As long as it may help; the last reply, whatever it is. */
static enum status
container_ask(struct http_client *client, const struct container_url *url, const char *token,
	struct deadline deadline, struct http_reply *reply, struct reason *reason)
{
	for (unsigned int try = 0;; try++) {
		http_reply_end(reply);
		*reply = (struct http_reply)HTTP_REPLY_NONE;
		reason_clear(reason);

		enum status status = container_try(client, url, token, deadline, reply, reason);

		if (!container_may_recover(status, reply->status) ||
			!retry_wait(STATUS_METADATA_UNREACHABLE, try, 0, deadline))
			return status;
	}
}

static enum status
container_reply_take(const struct http_reply *reply, const char *host,
	struct credentials *ret_credentials, struct reason *reason)
{
	if (reply->status == 200)
		return credentials_parse(&reply->body, "container credentials", ret_credentials,
			reason);
	if (container_may_recover(STATUS_OK, reply->status))
		return reason_set(reason, STATUS_METADATA_UNREACHABLE,
			"%.80s: the container's endpoint answers HTTP %ld", host, reply->status);
	return reason_set(reason, STATUS_NO_CREDENTIALS,
		"%.80s: the container's endpoint gives no credentials (HTTP %ld); check its role and token",
		host, reply->status);
}

enum status
container_credentials(const char *text, const char *token, struct deadline deadline,
	struct credentials *ret_credentials, struct reason *reason)
{
	struct container_url url;
	owned_http_client client = NULL;
	owned_http_reply reply = HTTP_REPLY_NONE;
	enum status status = container_url_parse(text, &url, reason);

	/* Blanks may stand inside («Bearer …»), a line's end may not. */
	if (status == STATUS_OK && token != NULL && strpbrk(token, "\r\n") != NULL)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"AWS_CONTAINER_AUTHORIZATION_TOKEN: has more than one line; correct it");
	if (status == STATUS_OK)
		status = http_client_make(NULL, 0, &client);
	if (status == STATUS_OK)
		status = container_ask(client, &url, token, deadline, &reply, reason);
	if (status == STATUS_UNREACHABLE) {
		reason_clear(reason);
		return reason_set(reason, STATUS_METADATA_UNREACHABLE,
			"%.80s: the container's endpoint does not answer; see the agent of ECS or EKS on this host",
			url.endpoint.host);
	}
	return status == STATUS_OK
		? container_reply_take(&reply, url.endpoint.host, ret_credentials, reason)
		: status;
}
