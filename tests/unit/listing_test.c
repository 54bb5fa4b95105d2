/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a service says of parameters becomes lines that nothing in it can break. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "aws/json.h"
#include "aws/listing.h"
#include "invalid_cases.h"

static bool
append(const char *text, size_t room_bytes, struct secret *listing)
{
	owned_json object = json_tokener_parse(text);

	assert_non_null(object);
	assert_int_equal(secret_make(listing, room_bytes), STATUS_OK);
	return listing_append(object, listing);
}

static void
a_row_has_every_column_in_its_order(void **state)
{
	owned_secret listing = {0};

	(void)state;
	assert_true(append(
		"{\"Parameters\":[{\"Version\":3,\"Name\":\"/a\",\"Type\":\"SecureString\","
		"\"LastModifiedDate\":1700000000.75,\"KeyId\":\"alias/x\",\"Labels\":[\"p\",\"q\"],"
		"\"Description\":\"d\",\"Value\":\"never\"}]}",
		4096, &listing));
	assert_string_equal(listing.bytes, "/a\t3\tSecureString\t1700000000\talias/x\tp,q\td\n");
}

static void
tabs_and_newlines_of_a_text_become_question_marks(void **state)
{
	owned_secret listing = {0};

	(void)state;
	assert_true(append("{\"Parameters\":[{\"Name\":\"/a\\tb\\nc\\u0000d\"}]}", 4096, &listing));
	assert_string_equal(listing.bytes, "/a?b?c\t\t\t\t\t\t\n");
}

static void
a_row_that_has_no_room_is_left_out_whole(void **state)
{
	owned_secret listing = {0};

	(void)state;
	assert_false(append("{\"Parameters\":[{\"Name\":\"/a\"},{\"Name\":\"/longer/than/room\"}]}",
		14, &listing));
	assert_string_equal(listing.bytes, "/a\t\t\t\t\t\t\n");
}

static void
what_is_no_list_and_no_row_is_nothing(void **state)
{
	static const char *const texts[] = {"{}", "{\"Parameters\":7}", "{\"Parameters\":[]}"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		owned_secret listing = {0};

		assert_true(append(texts[i], 64, &listing));
		assert_int_equal(listing.length_bytes, 0);
	}
}

static enum status
listing_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	owned_json object = NULL;
	owned_secret body = {0};

	(void)path;
	assert_int_equal(secret_copy(text, length_bytes, &body), STATUS_OK);
	assert_int_equal(json_parse(&body, &object), STATUS_OK);
	return listing_check(object, "localhost", reason);
}

static void
malformed_listings_are_named_by_their_member(void **state)
{
	(void)state;
	invalid_cases_walk("listings", listing_try);
}

static void
a_page_of_objects_is_a_listing(void **state)
{
	static const char *const texts[] = {"{\"Parameters\":[]}",
		"{\"Parameters\":[{},{\"Name\":\"/a\"}],\"NextToken\":null}",
		"{\"Parameters\":[],\"NextToken\":\"t\"}"};
	struct reason reason = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(listing_try(NULL, texts[i], strlen(texts[i]), &reason), STATUS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_has_every_column_in_its_order),
		cmocka_unit_test(tabs_and_newlines_of_a_text_become_question_marks),
		cmocka_unit_test(a_row_that_has_no_room_is_left_out_whole),
		cmocka_unit_test(malformed_listings_are_named_by_their_member),
		cmocka_unit_test(a_page_of_objects_is_a_listing),
		cmocka_unit_test(what_is_no_list_and_no_row_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
