/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers as they come from the network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
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

static int64_t
pause_ms(const char *retry_after, const char *date)
{
	struct http_reply reply = HTTP_REPLY_NONE;
	char line[200];

	snprintf(line, sizeof(line), "Retry-After: %s\r\n", retry_after);
	take(line, &reply);
	snprintf(line, sizeof(line), "Date: %s\r\n", date);
	take(line, &reply);
	return http_reply_pause_ms(&reply, 784111777);
}

static void
retry_after_is_seconds_or_a_date_against_the_replys_own(void **state)
{
	const char *now = "Sun, 06 Nov 1994 08:49:37 GMT";
	const char *later = "Sun, 06 Nov 1994 08:50:07 GMT";

	(void)state;
	assert_int_equal(pause_ms("7", now), 7000);
	assert_int_equal(pause_ms("0", now), 0);
	assert_int_equal(pause_ms(later, now), 30000);
	/* Without a Date the caller's clock counts. */
	assert_int_equal(pause_ms(later, ""), 30000);
	assert_int_equal(pause_ms(now, later), 0);
}

static void
headers_that_frame_the_body_are_named_when_malformed(void **state)
{
	static const struct {
		const char *line, *field;
	} cases[] = {
		{"Content-Length: -1", "Content-Length"},
		{"Content-Length: 12, 12", "Content-Length"},
		{"Content-Length: 0x10", "Content-Length"},
		{"Content-Length:", "Content-Length"},
		{"Content-Length: 9999999999", "Content-Length"},
		{"content-encoding: gzip", "Content-Encoding"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_reply reply = HTTP_REPLY_NONE;

		take(cases[i].line, &reply);
		if (reply.malformed == NULL || strcmp(reply.malformed, cases[i].field) != 0)
			fail_msg("%s is not found malformed", cases[i].line);
	}
}

static void
malformed_times_ask_for_nothing(void **state)
{
	static const char *const values[] = {"soon", "-5", "1e9", "99999999999999999999", "",
		"2026-13-77", "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 202615 08:49:37 GMT"};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct http_reply reply = HTTP_REPLY_NONE;
		char line[100];

		snprintf(line, sizeof(line), "Retry-After: %s", values[i]);
		take(line, &reply);
		assert_int_equal(http_reply_pause_ms(&reply, 0), 0);
		snprintf(line, sizeof(line), "Date: %s", i == 3 ? "-1" : values[i]);
		take(line, &reply);
		assert_int_equal(reply.date_s, -1);
		assert_true(reply.date_is_malformed);
		assert_null(reply.malformed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_found_whatever_their_case_and_blanks),
		cmocka_unit_test(long_and_unprintable_values_are_cut_and_marked),
		cmocka_unit_test(what_is_no_header_changes_nothing),
		cmocka_unit_test(retry_after_is_seconds_or_a_date_against_the_replys_own),
		cmocka_unit_test(headers_that_frame_the_body_are_named_when_malformed),
		cmocka_unit_test(malformed_times_ask_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
