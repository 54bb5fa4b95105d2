/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The suspicious reader of JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "aws/json.h"

static enum status
parse(const char *text, struct json_object **object)
{
	owned_secret copy = {0};

	assert_int_equal(secret_copy(text, strlen(text), &copy), STATUS_OK);
	return json_parse(&copy, object);
}

static void
members_have_the_kind_that_is_asked_for(void **state)
{
	owned_json object = NULL;
	size_t length_bytes = 0;

	(void)state;
	assert_int_equal(
		parse("{\"t\":\"x\",\"n\":5,\"m\":-5,\"o\":{\"t\":\"y\"},\"z\":\"a\\u0000b\"}",
			&object),
		STATUS_OK);
	assert_string_equal(json_member_text(object, "t"), "x");
	assert_null(json_member_text(object, "n"));
	assert_null(json_member_text(object, "absent"));
	assert_null(json_member_text(NULL, "t"));
	assert_int_equal(json_member_number(object, "n", 1), 5);
	assert_int_equal(json_member_number(object, "m", 1), 1);
	assert_int_equal(json_member_number(object, "t", 1), 1);
	assert_string_equal(json_member_text(json_member_object(object, "o"), "t"), "y");
	assert_null(json_member_object(object, "t"));
	/* A NUL inside is no text, but bytes. */
	assert_null(json_member_text(object, "z"));
	assert_non_null(json_member_bytes(object, "z", &length_bytes));
	assert_int_equal(length_bytes, 3);
}

static void
a_member_may_be_text_null_or_absent_and_nothing_else(void **state)
{
	owned_json object = NULL;

	(void)state;
	assert_int_equal(
		parse("{\"t\":\"x\",\"e\":\"\",\"null\":null,\"n\":5,\"b\":false,\"a\":[\"x\"],"
		      "\"o\":{\"absent\":1},\"z\":\"a\\u0000b\"}",
			&object),
		STATUS_OK);
	assert_true(json_member_may_be_text(object, "t"));
	assert_true(json_member_may_be_text(object, "e"));
	assert_true(json_member_may_be_text(object, "null"));
	assert_true(json_member_may_be_text(object, "absent"));
	assert_false(json_member_may_be_text(object, "n"));
	assert_false(json_member_may_be_text(object, "b"));
	assert_false(json_member_may_be_text(object, "a"));
	assert_false(json_member_may_be_text(object, "o"));
	assert_false(json_member_may_be_text(object, "z"));
}

static void
only_one_whole_object_is_taken(void **state)
{
	static const char *const texts[] = {"", " ", "x", "1", "\"a\"", "[]", "null", "{",
		"{\"a\":1}}", "{\"a\":1} x", "{\"a\":1,}", "{\"a\":\"\xff\"}",
		"{\"a\":\"\\ud83d\"}", "{\"a\":\"\\udd11\"}", "{\"a\":\"\\ud83d\\u0041\"}",
		"{\"a\":\"\\ud83dx\"}", "{\"a\":\"x\\"};
	owned_json object = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (parse(texts[i], &object) != STATUS_BAD_REPLY)
			fail_msg("<%s> was taken", texts[i]);
	}
	assert_null(object);
	assert_int_equal(parse(" {\"a\":1}\r\n", &object), STATUS_OK);
}

static void
a_pair_of_surrogates_is_one_character(void **state)
{
	owned_json object = NULL;

	(void)state;
	assert_int_equal(parse("{\"a\":\"\\ud83d\\udd11\\\\ud83d\"}", &object), STATUS_OK);
	assert_string_equal(json_member_text(object, "a"), "\xf0\x9f\x94\x91\\ud83d");
}

static void
quoting_escapes_and_is_bounded(void **state)
{
	char text[16];

	(void)state;
	assert_int_equal(json_quote("a\"\\\n", sizeof(text), text), STATUS_OK);
	assert_string_equal(text, "\"a\\\"\\\\\\u000a\"");
	assert_int_equal(json_quote("0123456789abc", sizeof(text), text), STATUS_OK);
	assert_int_equal(json_quote("0123456789abcd", sizeof(text), text), STATUS_BAD_VALUE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_have_the_kind_that_is_asked_for),
		cmocka_unit_test(a_member_may_be_text_null_or_absent_and_nothing_else),
		cmocka_unit_test(only_one_whole_object_is_taken),
		cmocka_unit_test(a_pair_of_surrogates_is_one_character),
		cmocka_unit_test(quoting_escapes_and_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
