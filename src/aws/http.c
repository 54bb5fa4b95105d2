/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libcurl as transport and nothing more. */
#include "aws/http.h"

#include <curl/curl.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "aws/http_error.h"
#include "aws/http_reply.h"

/* Where distributions keep the certificates one by one under the hash of their names. */
#define CA_DIRECTORY "/etc/ssl/certs"

struct http_client {
	CURL *easy;                 /* owned; keeps the connection */
	struct curl_blob ca_bundle; /* lent; no data: the system's */
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

static bool
trust_set(struct http_client *client)
{
	bool set = curl_easy_setopt(client->easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
		curl_easy_setopt(client->easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
		curl_easy_setopt(client->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ==
			CURLE_OK;

	if (client->ca_bundle.data != NULL)
		return set &&
			curl_easy_setopt(client->easy, CURLOPT_CAINFO_BLOB, &client->ca_bundle) ==
			CURLE_OK &&
			curl_easy_setopt(client->easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
	if (client->by_directory)
		return set && curl_easy_setopt(client->easy, CURLOPT_CAINFO, NULL) == CURLE_OK &&
			curl_easy_setopt(client->easy, CURLOPT_CAPATH, CA_DIRECTORY) == CURLE_OK;
	return set;
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
		curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)call->connect_ms) ==
		CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
			(long)deadline_left_ms(call->deadline)) == CURLE_OK;
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
 * A certificate that is in the bundle but has no hash link is still the system's: look there once.
 */
static CURLcode
perform(struct http_client *client)
{
	CURLcode code = curl_easy_perform(client->easy);

	if (code != CURLE_PEER_FAILED_VERIFICATION || !client->by_directory)
		return code;

	const char *bundle = curl_version_info(CURLVERSION_NOW)->cainfo;

	client->by_directory = false;
	if (bundle == NULL || curl_easy_setopt(client->easy, CURLOPT_CAINFO, bundle) != CURLE_OK)
		return code;
	return curl_easy_perform(client->easy);
}

enum status
http_exchange(struct http_client *client, const struct http_call *call,
	struct http_reply *ret_reply, struct reason *reason)
{
	owned_by(lines_end) struct curl_slist *lines = NULL;
	owned_http_reply reply = {.date_s = -1};
	struct http_intake intake = {.easy = client->easy,
		.reply = &reply,
		.limit_bytes = call->reply_limit_bytes};
	char message[CURL_ERROR_SIZE] = "";

	if (deadline_passed(call->deadline))
		return reason_set(reason, STATUS_UNREACHABLE, "%s: no time left to ask",
			call->host);
	curl_easy_reset(client->easy);
	if (!lines_make(call, &lines) || !trust_set(client) || !transport_set(client->easy, call) ||
		!request_set(client->easy, call, lines) || !http_intake_set(&intake) ||
		curl_easy_setopt(client->easy, CURLOPT_ERRORBUFFER, message) != CURLE_OK)
		return reason_set(reason, STATUS_NO_MEMORY, "%s: the request could not be made",
			call->host);

	CURLcode code = perform(client);

	curl_easy_setopt(client->easy, CURLOPT_ERRORBUFFER, NULL);
	if (code != CURLE_OK)
		return http_error_explain(client->easy, code, message, &intake, call, reason);
	curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &reply.status);
	reply.verified = strncmp(call->url, "https:", 6) == 0;
	*ret_reply = reply;
	reply.body = (struct secret){0};
	return STATUS_OK;
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
