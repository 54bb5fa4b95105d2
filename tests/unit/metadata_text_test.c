/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plain texts of instance metadata as they are; malformed ones are in tests/data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aws/metadata_text.h"

static void
body_make(const char *text, struct secret *ret_body)
{
	assert_int_equal(secret_copy(text, strlen(text), ret_body), STATUS_OK);
}

static void
a_token_is_whatever_a_header_can_carry(void **state)
{
	owned_secret body = {0};
	struct reason reason = {0};

	(void)state;
	body_make("AQAEAHexample~!/+_-==", &body);
	assert_int_equal(metadata_token_check(&body, "h", &reason), STATUS_OK);
	assert_string_equal(reason.text, "");
}

static void
a_role_is_the_first_line(void **state)
{
	static const char *const bodies[] = {"a-Role_1+=,.@", "a-Role_1+=,.@\n",
		"a-Role_1+=,.@\nanother\n"};
	char role[METADATA_ROLE_BYTES], longest[METADATA_ROLE_BYTES];
	struct reason reason = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		owned_secret body = {0};

		body_make(bodies[i], &body);
		assert_int_equal(metadata_role_take(&body, "h", role, &reason), STATUS_OK);
		assert_string_equal(role, "a-Role_1+=,.@");
	}

	owned_secret body = {0};

	memset(longest, 'r', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	body_make(longest, &body);
	assert_int_equal(metadata_role_take(&body, "h", role, &reason), STATUS_OK);
	assert_string_equal(role, longest);
}

static void
a_region_comes_whole(void **state)
{
	owned_secret body = {0};
	struct reason reason = {0};
	char region[REGION_BYTES];

	(void)state;
	body_make("us-gov-west-1", &body);
	assert_int_equal(metadata_region_take(&body, region, &reason), STATUS_OK);
	assert_string_equal(region, "us-gov-west-1");
}

static void
nothing_at_all_is_none_of_them_and_leaves_the_place_as_it_was(void **state)
{
	const struct secret nothing = {0};
	struct reason reason = {0};
	char role[METADATA_ROLE_BYTES] = "before", region[REGION_BYTES] = "before";

	(void)state;
	assert_int_equal(metadata_token_check(&nothing, "h", &reason), STATUS_BAD_REPLY);
	assert_int_equal(metadata_role_take(&nothing, "h", role, &reason), STATUS_BAD_REPLY);
	assert_int_equal(metadata_region_take(&nothing, region, &reason), STATUS_NO_REGION);
	assert_string_equal(role, "before");
	assert_string_equal(region, "before");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_whatever_a_header_can_carry),
		cmocka_unit_test(a_role_is_the_first_line),
		cmocka_unit_test(a_region_comes_whole),
		cmocka_unit_test(nothing_at_all_is_none_of_them_and_leaves_the_place_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
