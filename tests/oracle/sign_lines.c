/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signs requests for tests/oracle/run: one JSON object a line on standard input, one Authorization
 * value a line on standard output, "refused" where the signer takes none.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/sigv4.h"

struct line {
	struct json_object *object; /* owned */
	struct http_header headers[SIGV4_HEADERS + 1];
	size_t header_count;
	char *body; /* owned */
	size_t body_bytes;
};

static void
line_end(struct line *line)
{
	json_object_put(line->object);
	free(line->body);
}

static const char *
line_text(const struct line *line, const char *name)
{
	struct json_object *member = NULL;

	json_object_object_get_ex(line->object, name, &member);
	return member != NULL ? json_object_get_string(member) : "";
}

static void
headers_take(struct line *line)
{
	struct json_object *list = NULL;

	json_object_object_get_ex(line->object, "headers", &list);
	line->header_count = list != NULL ? json_object_array_length(list) : 0;
	for (size_t i = 0; i < line->header_count && i <= SIGV4_HEADERS; i++) {
		struct json_object *pair = json_object_array_get_idx(list, i);

		line->headers[i].name = json_object_get_string(json_object_array_get_idx(pair, 0));
		line->headers[i].value = json_object_get_string(json_object_array_get_idx(pair, 1));
	}
}

/* The body may be any bytes, so it comes as hexadecimal digits. */
static bool
body_take(struct line *line)
{
	const char *digits = line_text(line, "body");

	line->body_bytes = strlen(digits) / 2;
	line->body = malloc(line->body_bytes + 1);
	for (size_t i = 0; line->body != NULL && i < line->body_bytes; i++) {
		unsigned int byte = 0;

		if (sscanf(digits + 2 * i, "%2x", &byte) != 1)
			return false;
		line->body[i] = (char)byte;
	}
	return line->body != NULL;
}

static bool
line_sign(const char *text, char authorization[static SIGV4_AUTHORIZATION_BYTES])
{
	owned_by(line_end) struct line line = {.object = json_tokener_parse(text)};
	owned_secret secret_key = {0};

	if (line.object == NULL || !body_take(&line))
		return false;
	headers_take(&line);

	const char *secret_text = line_text(&line, "secret_key");
	struct sigv4_request request = {
		.method = line_text(&line, "method"),
		.region = line_text(&line, "region"),
		.service = line_text(&line, "service"),
		.headers = line.headers,
		.header_count = line.header_count,
		.body = line.body,
		.body_bytes = line.body_bytes,
		.access_key = line_text(&line, "access_key"),
		.secret_key = &secret_key,
		.date = line_text(&line, "date"),
	};

	return secret_copy(secret_text, strlen(secret_text), &secret_key) == STATUS_OK &&
		sigv4_sign(&request, authorization) == STATUS_OK;
}

int
main(void)
{
	owned_text text = NULL;
	size_t room_bytes = 0;
	char authorization[SIGV4_AUTHORIZATION_BYTES];

	while (getline(&text, &room_bytes, stdin) > 0)
		puts(line_sign(text, authorization) ? authorization : "refused");
	return 0;
}
