/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replies of GetParameter, from tests/data/replies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/ssm.h"

static const struct endpoint endpoint = {.url = "https://localhost/",
	.host = "localhost",
	.is_https = true};
static const struct ssm_question question = {.name = "/luks/volume",
	.encoding = "text",
	.endpoint = &endpoint};

static enum status
take(const char *body, size_t body_bytes, long http_status, struct ssm_answer *answer,
	struct reason *reason)
{
	owned_http_reply reply = {.status = http_status,
		.content_type = "application/x-amz-json-1.1"};
	struct reply_facts facts = {0};

	assert_int_equal(secret_copy(body, body_bytes, &reply.body), STATUS_OK);
	return ssm_reply_take(&reply, &question, answer, &facts, reason);
}

static size_t
file_read(const char *folder, const char *name, char *text, size_t room_bytes)
{
	const char *source = getenv("top_srcdir");
	char path[700];

	snprintf(path, sizeof(path), "%s/tests/data/replies/%s/%s", source != NULL ? source : ".",
		folder, name);

	owned_file stream = fopen(path, "r");

	if (stream == NULL)
		fail_msg("%s cannot be read", path);
	return fread(text, 1, room_bytes, stream);
}

typedef void reply_check(const char *name, const char *text, size_t text_bytes);

static void
folder_walk(const char *folder, reply_check *check)
{
	const char *source = getenv("top_srcdir");
	char path[600], text[65536];
	struct dirent *entry;
	unsigned int count = 0;

	snprintf(path, sizeof(path), "%s/tests/data/replies/%s", source != NULL ? source : ".",
		folder);

	owned_dir directory = opendir(path);

	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.' || strstr(entry->d_name, ".expected") != NULL)
			continue;
		check(entry->d_name, text, file_read(folder, entry->d_name, text, sizeof(text)));
		count++;
	}
	assert_true(count > 3);
}

static void
valid_check(const char *name, const char *text, size_t text_bytes)
{
	owned_ssm_answer answer = {0};
	struct reason reason = {0};

	if (take(text, text_bytes, 200, &answer, &reason) != STATUS_OK)
		fail_msg("%s: %s", name, reason.text);
	assert_true(answer.decoded.key.length_bytes > 0);
}

static void
invalid_check(const char *name, const char *text, size_t text_bytes)
{
	owned_ssm_answer answer = {0};
	struct reason reason = {0};

	if (take(text, text_bytes, 200, &answer, &reason) == STATUS_OK)
		fail_msg("%s was taken", name);
	assert_null(answer.decoded.key.bytes);
	assert_true(reason.text[0] != '\0');
}

static void
valid_replies_give_a_key(void **state)
{
	(void)state;
	folder_walk("valid", valid_check);
}

static void
invalid_replies_give_a_reason_and_no_key(void **state)
{
	(void)state;
	folder_walk("invalid", invalid_check);
}

static void
an_error_comes_with_its_code(void **state)
{
	static const char body[] = "{\"__type\":\"ParameterNotFound\"}";
	owned_ssm_answer answer = {0};
	struct reason reason = {0};

	(void)state;
	assert_int_equal(take(body, strlen(body), 400, &answer, &reason), STATUS_NO_PARAMETER);
	assert_non_null(strstr(reason.text, "ParameterNotFound"));
}

static void
an_error_without_a_code_is_not_of_aws(void **state)
{
	owned_ssm_answer answer = {0};

	(void)state;
	assert_int_equal(take("{}", 2, 400, &answer, NULL), STATUS_BAD_REPLY);
	assert_int_equal(take("<html>", 6, 403, &answer, NULL), STATUS_BAD_REPLY);
	assert_int_equal(take("", 0, 500, &answer, NULL), STATUS_SERVICE_TROUBLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_replies_give_a_key),
		cmocka_unit_test(invalid_replies_give_a_reason_and_no_key),
		cmocka_unit_test(an_error_comes_with_its_code),
		cmocka_unit_test(an_error_without_a_code_is_not_of_aws),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
