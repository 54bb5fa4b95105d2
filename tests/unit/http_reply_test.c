/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers as they come from the network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "aws/http_reply.h"

static void
take(const char *line, struct http_reply *reply)
{
	http_header_take(line, strlen(line), reply);
}

static void
headers_are_found_whatever_their_case_and_blanks(void **state)
{
	struct http_reply reply = {.date_s = -1};

	(void)state;
	take("X-AMZN-RequestId:\t abc-1 \r\n", &reply);
	take("Content-Type: Application/X-Amz-JSON-1.1; charset=utf-8\r\n", &reply);
	take("x-amzn-errortype: Foo\r\n", &reply);
	take("DATE: Sun, 06 Nov 1994 08:49:37 GMT\r\n", &reply);
	assert_string_equal(reply.request_id, "abc-1");
	assert_string_equal(reply.content_type, "application/x-amz-json-1.1");
	assert_string_equal(reply.error_type, "Foo");
	assert_int_equal(reply.date_s, 784111777);
}

static void
long_and_unprintable_values_are_cut_and_marked(void **state)
{
	struct http_reply reply = {0};
	char line[500] = "x-amzn-requestid: ";

	(void)state;
	memset(line + strlen(line), 'r', 400);
	take(line, &reply);
	assert_int_equal(strlen(reply.request_id), sizeof(reply.request_id) - 1);
	take("x-amzn-requestid: a\x1b[31m\r\n", &reply);
	assert_string_equal(reply.request_id, "a?[31m");
}

static void
what_is_no_header_changes_nothing(void **state)
{
	struct http_reply reply = {.date_s = -1};

	(void)state;
	take("", &reply);
	take("HTTP/1.1 200 OK\r\n", &reply);
	take(":\r\n", &reply);
	take("dat: x\r\n", &reply);
	take("Date: yesterday, more or less\r\n", &reply);
	take("Date:\r\n", &reply);
	assert_int_equal(reply.date_s, -1);
	assert_string_equal(reply.request_id, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_found_whatever_their_case_and_blanks),
		cmocka_unit_test(long_and_unprintable_values_are_cut_and_marked),
		cmocka_unit_test(what_is_no_header_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
