/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libcurl as transport and nothing more. */
#include "aws/http.h"

#include <curl/curl.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "aws/http_error.h"
#include "aws/http_reply.h"
#include "aws/tls_policy.h"

/* Where distributions keep the certificates one by one under the hash of their names. */
#define CA_DIRECTORY "/etc/ssl/certs"

struct http_client {
	CURL *easy;                 /* owned; keeps the connection */
	struct curl_blob ca_bundle; /* lent; no data: the system's */
	const struct proxy *proxy;  /* lent; NULL: none */
	bool by_directory;          /* the system's certificates are looked up by hash */
};

/* A name as OpenSSL's rehash gives it: eight hexadecimal digits, a dot, a digit. */
static bool
directory_is_hashed(const char *path)
{
	owned_dir directory = opendir(path);
	struct dirent *entry;

	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		if (strlen(entry->d_name) == 10 && strspn(entry->d_name, "0123456789abcdef") == 8 &&
			strcmp(entry->d_name + 8, ".0") == 0)
			return true;
	}
	return false;
}

enum status
http_client_make(const char *ca_bundle, size_t ca_bundle_bytes, struct http_client **ret_client)
{
	owned_http_client client = calloc(1, sizeof(*client));

	if (client == NULL)
		return STATUS_NO_MEMORY;
	client->easy = curl_easy_init();
	if (client->easy == NULL)
		return STATUS_NO_MEMORY;
	/* The blob is lent for reading only; libcurl's type knows no const. */
	memcpy(&client->ca_bundle.data, &ca_bundle, sizeof(ca_bundle));
	client->ca_bundle.len = ca_bundle_bytes;
	/*
	 * Reading a bundle of 145 certificates costs more than all the rest of the fetch; three by
	 * hash cost nothing.
	 */
	client->by_directory = ca_bundle == NULL && directory_is_hashed(CA_DIRECTORY);
	*ret_client = steal(client);
	return STATUS_OK;
}

void
http_client_proxy_use(struct http_client *client, const struct proxy *proxy)
{
	client->proxy = proxy;
}

/* The same options once for the server's certificate and once for a proxy's. */
struct trust_options {
	CURLoption peer, host, version, blob, file, directory;
};

static const struct trust_options server_trust = {CURLOPT_SSL_VERIFYPEER, CURLOPT_SSL_VERIFYHOST,
	CURLOPT_SSLVERSION, CURLOPT_CAINFO_BLOB, CURLOPT_CAINFO, CURLOPT_CAPATH};
static const struct trust_options proxy_trust = {CURLOPT_PROXY_SSL_VERIFYPEER,
	CURLOPT_PROXY_SSL_VERIFYHOST, CURLOPT_PROXY_SSLVERSION, CURLOPT_PROXY_CAINFO_BLOB,
	CURLOPT_PROXY_CAINFO, CURLOPT_PROXY_CAPATH};

static bool
trust_set(struct http_client *client, const struct trust_options *options)
{
	const char *bundle = curl_version_info(CURLVERSION_NOW)->cainfo;
	CURL *easy = client->easy;

	if (curl_easy_setopt(easy, options->peer, 1L) != CURLE_OK ||
		curl_easy_setopt(easy, options->host, 2L) != CURLE_OK ||
		curl_easy_setopt(easy, options->version, (long)CURL_SSLVERSION_TLSv1_2) != CURLE_OK)
		return false;
	if (client->ca_bundle.data != NULL)
		return curl_easy_setopt(easy, options->blob, &client->ca_bundle) == CURLE_OK &&
			curl_easy_setopt(easy, options->directory, NULL) == CURLE_OK;
	return curl_easy_setopt(easy, options->file, client->by_directory ? NULL : bundle) ==
		CURLE_OK &&
		curl_easy_setopt(easy, options->directory, CA_DIRECTORY) == CURLE_OK;
}

static void
lines_end(struct curl_slist **lines)
{
	curl_slist_free_all(*lines);
}

static bool
line_add(struct curl_slist **lines, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*lines, line);

	if (longer == NULL)
		return false;
	*lines = longer;
	return true;
}

/*
 * The way out: through the proxy where it is meant for this call, and never through one that the
 * environment names. The proxy sees CONNECT and its own login, and none of the call's headers.
 */
static bool
proxy_set(CURL *easy, const struct proxy *proxy, struct curl_slist **lines)
{
	if (curl_easy_setopt(easy, CURLOPT_PROXY, proxy != NULL ? proxy->url : "") != CURLE_OK ||
		curl_easy_setopt(easy, CURLOPT_NOPROXY, proxy != NULL ? "" : "*") != CURLE_OK)
		return false;
	if (proxy == NULL)
		return true;
	if (proxy->authorization.length_bytes > 0 && !line_add(lines, proxy->authorization.bytes))
		return false;
	return line_add(lines, "User-Agent:") &&
		curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_PROXYHEADER, *lines) == CURLE_OK;
}

/* What is left of the deadline; libcurl takes 0 for «for ever». */
static bool
time_set(CURL *easy, const struct http_call *call)
{
	int64_t left_ms = deadline_left_ms(call->deadline);

	return left_ms > 0 &&
		curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
			(long)(call->connect_ms < left_ms ? call->connect_ms : left_ms)) ==
		CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)left_ms) == CURLE_OK;
}

static bool
transport_set(CURL *easy, const struct http_call *call)
{
	const char *schemes = strncmp(call->url, "https:", 6) == 0 ? "https" : "http";

	return curl_easy_setopt(easy, CURLOPT_URL, call->url) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, schemes) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) ==
		CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
}

static bool
request_set(CURL *easy, const struct http_call *call, struct curl_slist *lines)
{
	bool set = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lines) == CURLE_OK;

	if (call->body != NULL)
		set = set && curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body) == CURLE_OK &&
			curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)call->body_bytes) ==
				CURLE_OK;
	return set && curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method) == CURLE_OK;
}

static bool
header_add(struct curl_slist **lines, const struct http_header *header)
{
	owned_secret line = {0};
	size_t name_bytes = strlen(header->name), value_bytes = strlen(header->value);

	return secret_make(&line, name_bytes + value_bytes + 2) == STATUS_OK &&
		secret_append(&line, header->name, name_bytes) == STATUS_OK &&
		secret_append(&line, ": ", 2) == STATUS_OK &&
		secret_append(&line, header->value, value_bytes) == STATUS_OK &&
		line_add(lines, line.bytes);
}

/*
 * The headers of the call; libcurl's own are switched off so that nothing unsigned goes out beside
 * them.
 */
static bool
lines_make(const struct http_call *call, struct curl_slist **lines)
{
	const struct http_header host = {"Host", call->host};
	bool has_type = false;

	for (size_t i = 0; i < call->header_count; i++) {
		has_type = has_type || strcmp(call->headers[i].name, "content-type") == 0;
		if (!header_add(lines, &call->headers[i]))
			return false;
	}
	return header_add(lines, &host) && line_add(lines, "Expect:") &&
		line_add(lines, "Accept:") && (has_type || line_add(lines, "Content-Type:"));
}

/*
 * A certificate that is in the bundle but has no hash link is still the system's: look there once,
 * in what is left of the time.
 */
static CURLcode
exchange_perform(struct http_client *client, const struct http_call *call)
{
	CURLcode code = curl_easy_perform(client->easy);

	if (code != CURLE_PEER_FAILED_VERIFICATION || !client->by_directory)
		return code;
	client->by_directory = false;
	if (!trust_set(client, &server_trust) || !trust_set(client, &proxy_trust) ||
		!time_set(client->easy, call))
		return code;
	return curl_easy_perform(client->easy);
}

/* Everything about the call that is not its time. */
static bool
exchange_set(struct http_client *client, const struct http_call *call, const struct proxy *proxy,
	struct curl_slist **lines, struct curl_slist **proxy_lines)
{
	curl_easy_reset(client->easy);
	return lines_make(call, lines) && trust_set(client, &server_trust) &&
		trust_set(client, &proxy_trust) && tls_policy_set(client->easy) &&
		transport_set(client->easy, call) && proxy_set(client->easy, proxy, proxy_lines) &&
		request_set(client->easy, call, *lines);
}

enum status
http_exchange(struct http_client *client, const struct http_call *call,
	struct http_reply *ret_reply, struct reason *reason)
{
	owned_by(lines_end) struct curl_slist *lines = NULL, *proxy_lines = NULL;
	owned_http_reply reply = HTTP_REPLY_NONE;
	struct http_intake intake = {.easy = client->easy,
		.reply = &reply,
		.limit_bytes = call->reply_limit_bytes};
	char message[CURL_ERROR_SIZE] = "";
	struct http_failure failure = {.easy = client->easy,
		.message = message,
		.intake = &intake,
		.call = call,
		.ca_bundle = &client->ca_bundle,
		.proxy = proxy_is_used(client->proxy, call->url, call->host) ? client->proxy
									     : NULL};

	if (!exchange_set(client, call, failure.proxy, &lines, &proxy_lines) ||
		!http_intake_set(&intake) ||
		curl_easy_setopt(client->easy, CURLOPT_ERRORBUFFER, message) != CURLE_OK)
		return reason_set(reason, STATUS_NO_MEMORY,
			"%s: the request could not be made; free memory on this node", call->host);
	if (!time_set(client->easy, call))
		return reason_set(reason, STATUS_UNREACHABLE,
			"%s: no time left to ask; raise the action's timeout", call->host);
	failure.code = exchange_perform(client, call);
	curl_easy_setopt(client->easy, CURLOPT_ERRORBUFFER, NULL);
	if (failure.code != CURLE_OK || reply.malformed != NULL || !intake.head_ended)
		return http_failure_explain(&failure, reason);
	curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &reply.status);
	reply.verified = strncmp(call->url, "https:", 6) == 0;
	*ret_reply = reply;
	reply.body = (struct secret){0};
	return STATUS_OK;
}

int64_t
http_reply_pause_ms(const struct http_reply *reply, int64_t now_s)
{
	int64_t from_s = reply->date_s >= 0 ? reply->date_s : now_s;

	if (reply->retry_after_s >= 0)
		return reply->retry_after_s * 1000;
	return reply->retry_at_s > from_s ? (reply->retry_at_s - from_s) * 1000 : 0;
}

void
http_reply_end(struct http_reply *reply)
{
	secret_end(&reply->body);
}

void
http_client_end(struct http_client **client)
{
	if (*client == NULL)
		return;
	if ((*client)->easy != NULL)
		curl_easy_cleanup((*client)->easy);
	free(*client);
	*client = NULL;
}
