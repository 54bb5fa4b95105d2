/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers and body as they come from the network: everything bounded, nothing believed. */
#include "aws/http_reply.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define FIRST_ROOM_BYTES 8192
#define LAST_DATE_S 253402300799 /* RFC 9110 writes a year in four digits: 9999-12-31 23:59:59 */

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

/* Seconds since 1970, or -1. */
static int64_t
date_read(const char *value, size_t length_bytes)
{
	char text[64];
	time_t when = -1;

	value_copy(value, length_bytes, text, sizeof(text));
	if (strlen(text) == length_bytes)
		when = curl_getdate(text, NULL);
	return when > 0 && when <= LAST_DATE_S ? (int64_t)when : -1;
}

/* A plain count of at most nine digits, or -1. */
static int64_t
count_read(const char *value, size_t length_bytes)
{
	int64_t count = 0;

	if (length_bytes == 0 || length_bytes > 9)
		return -1;
	for (size_t i = 0; i < length_bytes; i++) {
		if (value[i] < '0' || value[i] > '9')
			return -1;
		count = count * 10 + value[i] - '0';
	}
	return count;
}

static void
date_take(const char *value, size_t length_bytes, struct http_reply *reply)
{
	reply->date_s = date_read(value, length_bytes);
	reply->date_is_malformed = reply->date_s < 0;
}

/* Seconds or a date (RFC 9110); anything else asks for nothing. */
static void
retry_after_take(const char *value, size_t length_bytes, struct http_reply *reply)
{
	reply->retry_after_s = count_read(value, length_bytes);
	if (reply->retry_after_s < 0)
		reply->retry_at_s = date_read(value, length_bytes);
	reply->retry_after_is_malformed = reply->retry_after_s < 0 && reply->retry_at_s < 0;
}

static void
length_take(const char *value, size_t length_bytes, struct http_reply *reply)
{
	int64_t count = count_read(value, length_bytes);

	/* libcurl takes "0x10", "12, 12" and what overflows for something, and the last of two. */
	if (count < 0 || (reply->length_bytes >= 0 && reply->length_bytes != count))
		reply->malformed = "Content-Length";
	reply->length_bytes = count;
}

static void
transfer_take(const char *value, size_t length_bytes, struct http_reply *reply)
{
	if (length_bytes != strlen("chunked") || strncasecmp(value, "chunked", length_bytes) != 0)
		reply->malformed = "Transfer-Encoding";
}

/* Nothing was asked for but the plain form. */
static void
encoding_take(const char *value, size_t length_bytes, struct http_reply *reply)
{
	if (length_bytes != strlen("identity") || strncasecmp(value, "identity", length_bytes) != 0)
		reply->malformed = "Content-Encoding";
}

typedef void header_function(const char *value, size_t length_bytes, struct http_reply *reply);

static bool
name_is(const char *name, const char *line, size_t name_bytes)
{
	return strlen(name) == name_bytes && strncasecmp(line, name, name_bytes) == 0;
}

/*
 * NAME: and what is no NUL. A line that goes on with the one before, and a blank before the colon,
 * are read one way here and another way there (RFC 9112, 5.1 and 5.2).
 */
static bool
line_is_field(const char *line, size_t length_bytes)
{
	size_t name_bytes = 0;

	while (name_bytes < length_bytes && isgraph((unsigned char)line[name_bytes]) &&
		line[name_bytes] != ':')
		name_bytes++;
	return name_bytes > 0 && name_bytes < length_bytes && line[name_bytes] == ':' &&
		memchr(line, '\0', length_bytes) == NULL;
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
	static const struct {
		const char *name;
		header_function *take;
	} readers[] = {
		{"date", date_take},
		{"retry-after", retry_after_take},
		{"content-length", length_take},
		{"content-encoding", encoding_take},
		{"transfer-encoding", transfer_take},
	};
	const char *colon = memchr(line, ':', length_bytes);

	if (!line_is_field(line, length_bytes)) {
		reply->malformed = "header";
		return;
	}

	size_t name_bytes = (size_t)(colon - line);
	const char *value = colon + 1;
	const char *end = line + length_bytes;

	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && isspace((unsigned char)end[-1]))
		end--;
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (name_is(readers[i].name, line, name_bytes))
			readers[i].take(value, (size_t)(end - value), reply);
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (name_is(places[i].name, line, name_bytes))
			value_copy(value, (size_t)(end - value), places[i].text,
				places[i].room_bytes);
	}
	if (name_is("content-type", line, name_bytes))
		content_type_trim(reply->content_type);
}

/* HTTP/1.1 200, or of 1.0; libcurl takes more. */
static bool
line_is_status(const char *line, size_t length_bytes)
{
	static const char form[] = "HTTP/1.d ddd";

	for (size_t i = 0; i < strlen(form); i++) {
		if (i >= length_bytes ||
			(form[i] == 'd' ? !isdigit((unsigned char)line[i]) : line[i] != form[i]))
			return false;
	}
	return length_bytes > strlen(form) && isspace((unsigned char)line[strlen(form)]);
}

static size_t
header_take(char *line, size_t size, size_t count, void *context)
{
	struct http_intake *intake = context;

	intake->has_begun = true;
	/* A head begins with its status line; what comes behind its end is a trailer. */
	if (size * count >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		intake->head_ended = false;
		intake->reply->length_bytes = -1;
		if (!line_is_status(line, size * count))
			intake->reply->malformed = "status line";
	} else if (size * count > 0 && (line[0] == '\r' || line[0] == '\n')) {
		intake->head_ended = true;
	} else {
		http_header_take(line, size * count, intake->reply);
	}
	/* Ends the exchange here: libcurl would unpack what says that it is packed. */
	return intake->reply->malformed == NULL ? size * count : 0;
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
	/* A length that is told beforehand ends the exchange before its bytes come. */
	return curl_easy_setopt(intake->easy, CURLOPT_MAXFILESIZE_LARGE,
		       (curl_off_t)intake->limit_bytes) == CURLE_OK &&
		curl_easy_setopt(intake->easy, CURLOPT_HEADERFUNCTION, header_take) == CURLE_OK &&
		curl_easy_setopt(intake->easy, CURLOPT_HEADERDATA, intake) == CURLE_OK &&
		curl_easy_setopt(intake->easy, CURLOPT_WRITEFUNCTION, body_take) == CURLE_OK &&
		curl_easy_setopt(intake->easy, CURLOPT_WRITEDATA, intake) == CURLE_OK;
}
