/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Credentials as text and as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "aws/credentials.h"

static enum status
parse(const char *text, struct credentials *credentials)
{
	owned_secret copy = {0};

	assert_int_equal(secret_copy(text, strlen(text), &copy), STATUS_OK);
	return credentials_parse(&copy, "a test", credentials, NULL);
}

static void
the_json_of_metadata_and_of_processes_is_read(void **state)
{
	owned_credentials metadata = {0}, process = {0};

	(void)state;
	assert_int_equal(
		parse("{\"Code\":\"Success\",\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\",\"Token\":\"T\","
		      "\"Expiration\":\"2026-01-31T12:00:00Z\"}",
			&metadata),
		STATUS_OK);
	assert_string_equal(metadata.access_key, "A");
	assert_string_equal(metadata.secret_key.bytes, "S");
	assert_string_equal(metadata.session_token.bytes, "T");
	assert_int_equal(metadata.expires_s, 1769860800);
	assert_int_equal(
		parse("{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\",\"SessionToken\":\"T\"}",
			&process),
		STATUS_OK);
	assert_string_equal(process.session_token.bytes, "T");
	assert_int_equal(process.expires_s, 0);
}

static void
an_expiration_that_is_no_time_is_noted(void **state)
{
	static const struct {
		const char *member;
		bool malformed;
	} cases[] = {{"", false}, {",\"Expiration\":null", false},
		{",\"Expiration\":\"2099-01-01T00:00:00Z\"", false},
		{",\"Expiration\":\"soon\"", true}, {",\"Expiration\":1800000000", true},
		{",\"Expiration\":[]", true}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		owned_credentials credentials = {0};
		char text[200];

		snprintf(text, sizeof(text), "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\"%s}",
			cases[i].member);
		assert_int_equal(parse(text, &credentials), STATUS_OK);
		assert_int_equal(credentials.expires_malformed, cases[i].malformed);
	}
}

static void
an_answer_without_keys_is_no_credentials(void **state)
{
	owned_credentials credentials = {0};

	(void)state;
	assert_int_equal(
		parse("{\"Code\":\"Failed\",\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\"}",
			&credentials),
		STATUS_NO_CREDENTIALS);
	assert_int_equal(parse("{\"Code\":\"Success\"}", &credentials), STATUS_NO_CREDENTIALS);
	assert_int_equal(parse("{\"AccessKeyId\":\"A\",\"SecretAccessKey\":5}", &credentials),
		STATUS_NO_CREDENTIALS);
	assert_int_equal(parse("nothing", &credentials), STATUS_BAD_REPLY);
	assert_string_equal(credentials.access_key, "");
}

static void
what_no_header_can_carry_is_refused(void **state)
{
	owned_credentials credentials = {0};

	(void)state;
	assert_int_equal(credentials_copy("o", "A\r\nX: y", "s", NULL, &credentials, NULL),
		STATUS_BAD_CREDENTIALS);
	assert_int_equal(credentials_copy("o", "A", "s", "t\n", &credentials, NULL),
		STATUS_BAD_CREDENTIALS);
	assert_int_equal(credentials_copy("o", "", "s", NULL, &credentials, NULL),
		STATUS_BAD_CREDENTIALS);
	assert_int_equal(credentials_copy("o", "A", "", NULL, &credentials, NULL),
		STATUS_BAD_CREDENTIALS);
}

static void
times_are_read_or_unknown(void **state)
{
	(void)state;
	assert_int_equal(timestamp_parse("1970-01-01T00:01:00Z"), 60);
	assert_int_equal(timestamp_parse("1970-01-01T00:01:00.5Z"), 60);
	assert_int_equal(timestamp_parse("1970-01-01T00:01:00"), 60);
	assert_int_equal(timestamp_parse("1970-01-01T02:01:00+02:00"), 60);
	assert_int_equal(timestamp_parse("1969-12-31T18:31:00.250-0530"), 60);
	assert_int_equal(timestamp_parse(NULL), 0);
}

static void
what_only_looks_like_a_time_is_unknown(void **state)
{
	static const char *const texts[] = {"", "soon", "1970-01-01T00:01:00x",
		"1970-01-01T00:01:00Zulu", "1970-01-01T00:01:00.Z", "1970-01-01T00:01:00+25:00",
		"1970-01-01T00:01:00+2", "1970-01-01T00:01:00+02:00Z", "1971-02-29T00:01:00Z",
		" 971-02-01T00:01:00Z", "1971-2-1T0:1:0Z", "1971-13-01T00:01:00Z",
		"1971-01-01T24:01:00Z", "1971-01-01 00:01:00Z", "1e9", "99999-01-01T00:00:00Z"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (timestamp_parse(texts[i]) != 0)
			fail_msg("«%s» was taken for a time", texts[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_json_of_metadata_and_of_processes_is_read),
		cmocka_unit_test(an_expiration_that_is_no_time_is_noted),
		cmocka_unit_test(an_answer_without_keys_is_no_credentials),
		cmocka_unit_test(what_no_header_can_carry_is_refused),
		cmocka_unit_test(times_are_read_or_unknown),
		cmocka_unit_test(what_only_looks_like_a_time_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
