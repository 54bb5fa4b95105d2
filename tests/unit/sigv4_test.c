/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer against AWS's own vectors (tests/data/sigv4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <dirent.h>
#include <json-c/json.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/sigv4.h"

struct vector {
	char request[4096];
	char signature[128];
	struct json_object *context; /* owned */
	struct http_header headers[SIGV4_HEADERS];
	size_t header_count;
	const char *method, *body;
	char body_hash[65];
	char date[SIGV4_DATE_BYTES];
};

static void
path_make(const char *vector, const char *file, char path[static 600])
{
	const char *source = getenv("top_srcdir");

	snprintf(path, 600, "%s/tests/data/sigv4/%s/%s", source != NULL ? source : ".", vector,
		file);
}

static void
file_read(const char *vector, const char *file, char *text, size_t room_bytes)
{
	char path[600];

	path_make(vector, file, path);

	owned_file stream = fopen(path, "r");

	if (stream == NULL)
		fail_msg("%s cannot be read", path);
	text[fread(text, 1, room_bytes - 1, stream)] = '\0';
}

static void
header_add(struct vector *vector, const char *name, const char *value)
{
	assert_true(vector->header_count < SIGV4_HEADERS);
	vector->headers[vector->header_count++] = (struct http_header){name, value};
}

/* Takes the text apart in place; a line that begins with a blank goes on with the value before. */
static void
request_split(struct vector *vector)
{
	char *head = vector->request;
	char *body = strstr(head, "\n\n");
	char *line_end;

	vector->body = body != NULL ? body + 2 : "";
	if (body != NULL)
		*body = '\0';
	vector->method = strsep(&head, " ");
	strsep(&head, "\n");
	while (head != NULL && *head != '\0') {
		char *name = strsep(&head, ":");

		if (head == NULL)
			return;
		header_add(vector, name, head);
		for (line_end = strchr(head, '\n'); line_end != NULL && line_end[1] == ' ';)
			line_end = strchr(line_end + 1, '\n');
		if (line_end == NULL)
			return;
		*line_end = '\0';
		head = line_end + 1;
	}
}

static const char *
context_text(const struct vector *vector, const char *object, const char *name)
{
	struct json_object *from = vector->context, *member = NULL;

	if (object != NULL)
		assert_true(json_object_object_get_ex(vector->context, object, &from));
	return json_object_object_get_ex(from, name, &member) ? json_object_get_string(member)
							      : NULL;
}

static bool
context_says(const struct vector *vector, const char *name)
{
	const char *text = context_text(vector, NULL, name);

	return text != NULL && strcmp(text, "true") == 0;
}

static void
date_add(struct vector *vector)
{
	struct tm parts = {0};

	assert_non_null(strptime(context_text(vector, NULL, "timestamp"), "%Y-%m-%dT%H:%M:%SZ",
		&parts));
	sigv4_date((int64_t)timegm(&parts), vector->date);
	header_add(vector, "X-Amz-Date", vector->date);
}

/* What the vector's context wants signed beside the request's own headers. */
static void
context_headers_add(struct vector *vector)
{
	const char *token = context_text(vector, "credentials", "token");
	unsigned char hash[SHA256_DIGEST_LENGTH];

	date_add(vector);
	if (token != NULL && !context_says(vector, "omit_session_token"))
		header_add(vector, "X-Amz-Security-Token", token);
	if (!context_says(vector, "sign_body"))
		return;
	SHA256((const unsigned char *)vector->body, strlen(vector->body), hash);
	for (size_t i = 0; i < sizeof(hash); i++)
		snprintf(vector->body_hash + 2 * i, 3, "%02x", hash[i]);
	header_add(vector, "x-amz-content-sha256", vector->body_hash);
}

static void
vector_check(const char *name)
{
	struct vector vector = {0};
	char path[600], authorization[SIGV4_AUTHORIZATION_BYTES];
	owned_secret key = {0};

	path_make(name, "context.json", path);
	vector.context = json_object_from_file(path);
	assert_non_null(vector.context);
	file_read(name, "request.txt", vector.request, sizeof(vector.request));
	file_read(name, "header-signature.txt", vector.signature, sizeof(vector.signature));
	request_split(&vector);
	context_headers_add(&vector);

	const char *secret = context_text(&vector, "credentials", "secret_access_key");

	assert_int_equal(secret_copy(secret, strlen(secret), &key), STATUS_OK);

	struct sigv4_request request = {
		.method = vector.method,
		.region = context_text(&vector, NULL, "region"),
		.service = context_text(&vector, NULL, "service"),
		.headers = vector.headers,
		.header_count = vector.header_count,
		.body = vector.body,
		.body_bytes = strlen(vector.body),
		.access_key = context_text(&vector, "credentials", "access_key_id"),
		.secret_key = &key,
		.date = vector.date,
	};

	assert_int_equal(sigv4_sign(&request, authorization), STATUS_OK);

	const char *found = strstr(authorization, "Signature=");

	assert_non_null(found);
	if (strcmp(found + strlen("Signature="), vector.signature) != 0)
		fail_msg("%s: %s", name, authorization);
	json_object_put(vector.context);
}

static void
every_vector_gives_its_signature(void **state)
{
	char path[600];
	struct dirent *entry;
	unsigned int count = 0;

	(void)state;
	path_make("", "", path);

	owned_dir directory = opendir(path);

	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		if (strchr(entry->d_name, '.') != NULL)
			continue;
		vector_check(entry->d_name);
		count++;
	}
	assert_int_equal(count, 15);
}

static void
too_many_headers_are_refused(void **state)
{
	struct http_header headers[SIGV4_HEADERS + 1];
	owned_secret key = {0};
	char authorization[SIGV4_AUTHORIZATION_BYTES];

	(void)state;
	for (size_t i = 0; i < SIGV4_HEADERS + 1; i++)
		headers[i] = (struct http_header){"a", "b"};
	assert_int_equal(secret_copy("k", 1, &key), STATUS_OK);

	struct sigv4_request request = {.method = "POST",
		.region = "r",
		.service = "s",
		.headers = headers,
		.header_count = SIGV4_HEADERS + 1,
		.body = "",
		.access_key = "a",
		.secret_key = &key,
		.date = "20150830T123600Z"};

	assert_int_equal(sigv4_sign(&request, authorization), STATUS_BAD_REQUEST);
}

static void
a_date_has_the_form_of_aws(void **state)
{
	char date[SIGV4_DATE_BYTES];

	(void)state;
	sigv4_date(1440938160, date);
	assert_string_equal(date, "20150830T123600Z");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_vector_gives_its_signature),
		cmocka_unit_test(too_many_headers_are_refused),
		cmocka_unit_test(a_date_has_the_form_of_aws),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
