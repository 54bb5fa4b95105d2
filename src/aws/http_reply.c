/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers and body as they come from the network: everything bounded, nothing believed. */
#include "aws/http_reply.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define FIRST_ROOM_BYTES 8192

struct header_place {
	const char *name;
	char *text;
	size_t room_bytes;
};

/* Copies printable text up to the room; a value that does not fit is cut. */
static void
value_copy(const char *value, size_t length_bytes, char *text, size_t room_bytes)
{
	size_t used = 0;

	for (size_t i = 0; i < length_bytes && used + 1 < room_bytes; i++)
		text[used++] = isprint((unsigned char)value[i]) ? value[i] : '?';
	text[used] = '\0';
}

static void
date_take(const char *value, size_t length_bytes, struct http_reply *reply)
{
	char text[64];

	value_copy(value, length_bytes, text, sizeof(text));

	time_t when = curl_getdate(text, NULL);

	reply->date_s = when > 0 ? (int64_t)when : -1;
}

/* "Text/HTML; charset=…" becomes "text/html". */
static void
content_type_trim(char *text)
{
	text[strcspn(text, "; \t")] = '\0';
	for (char *c = text; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
}

void
http_header_take(const char *line, size_t length_bytes, struct http_reply *reply)
{
	const struct header_place places[] = {
		{"content-type", reply->content_type, sizeof(reply->content_type)},
		{"x-amzn-requestid", reply->request_id, sizeof(reply->request_id)},
		{"x-amz-request-id", reply->request_id, sizeof(reply->request_id)},
		{"x-amzn-errortype", reply->error_type, sizeof(reply->error_type)},
	};
	const char *colon = memchr(line, ':', length_bytes);

	if (colon == NULL)
		return;

	size_t name_bytes = (size_t)(colon - line);
	const char *value = colon + 1;
	const char *end = line + length_bytes;

	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && isspace((unsigned char)end[-1]))
		end--;
	if (name_bytes == 4 && strncasecmp(line, "date", 4) == 0)
		date_take(value, (size_t)(end - value), reply);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (strlen(places[i].name) == name_bytes &&
			strncasecmp(line, places[i].name, name_bytes) == 0)
			value_copy(value, (size_t)(end - value), places[i].text,
				places[i].room_bytes);
	}
	if (name_bytes == 12 && strncasecmp(line, "content-type", 12) == 0)
		content_type_trim(reply->content_type);
}

static size_t
header_take(char *line, size_t size, size_t count, void *context)
{
	struct http_intake *intake = context;

	intake->has_begun = true;
	http_header_take(line, size * count, intake->reply);
	return size * count;
}

/* Makes room for MORE_BYTES, doubling. */
static enum status
body_grow(struct secret *body, size_t more_bytes)
{
	owned_secret larger = {0};
	size_t room_bytes = body->room_bytes > 0 ? body->room_bytes : FIRST_ROOM_BYTES;

	while (room_bytes - body->length_bytes < more_bytes)
		room_bytes *= 2;
	if (room_bytes == body->room_bytes)
		return STATUS_OK;

	enum status status = secret_make(&larger, room_bytes);

	if (status == STATUS_OK)
		status = secret_append(&larger, body->bytes, body->length_bytes);
	if (status != STATUS_OK)
		return status;
	secret_end(body);
	*body = secret_steal(&larger);
	return STATUS_OK;
}

static size_t
body_take(char *bytes, size_t size, size_t count, void *context)
{
	struct http_intake *intake = context;
	struct secret *body = &intake->reply->body;
	size_t length_bytes = size * count;

	if (length_bytes > intake->limit_bytes - body->length_bytes) {
		intake->too_large = true;
		return 0;
	}
	if (body_grow(body, length_bytes) != STATUS_OK ||
		secret_append(body, bytes, length_bytes) != STATUS_OK) {
		intake->no_memory = true;
		return 0;
	}
	return length_bytes;
}

bool
http_intake_set(struct http_intake *intake)
{
	return curl_easy_setopt(intake->easy, CURLOPT_HEADERFUNCTION, header_take) == CURLE_OK &&
		curl_easy_setopt(intake->easy, CURLOPT_HEADERDATA, intake) == CURLE_OK &&
		curl_easy_setopt(intake->easy, CURLOPT_WRITEFUNCTION, body_take) == CURLE_OK &&
		curl_easy_setopt(intake->easy, CURLOPT_WRITEDATA, intake) == CURLE_OK;
}
