/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who signs: credentials are made once, made anew only when dropped, and never by halves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "aws/caller.h"

static enum status
obtain(struct caller *caller)
{
	struct reason reason = {0};
	struct reply_facts facts = {0};
	/* No role is assumed here, so nobody speaks to STS. */
	const struct caller_way way = {.facts = &facts};
	enum status status = caller_obtain(caller, &way, deadline_in_ms(10000), &reason);

	assert_int_equal(reason.text[0] == '\0', status == STATUS_OK);
	/* No secret is quoted, whatever was wrong with it. */
	assert_null(strstr(reason.text, "hidden"));
	return status;
}

static void
half_a_static_key_signs_nothing(void **state)
{
	const struct request no_secret = {.source = SOURCE_STATIC,
		.origin = "environment_file",
		.access_key = "AKID"};
	const struct request no_id = {.source = SOURCE_STATIC,
		.origin = "environment_file",
		.secret_key = "hidden"};
	owned_caller first = {.request = &no_secret}, second = {.request = &no_id};

	(void)state;
	assert_int_equal(obtain(&first), STATUS_NO_CREDENTIALS);
	assert_int_equal(obtain(&second), STATUS_NO_CREDENTIALS);
	assert_string_equal(first.credentials.access_key, "");
}

static void
what_was_obtained_is_kept_until_it_is_dropped(void **state)
{
	struct request request = {.source = SOURCE_STATIC,
		.origin = "environment_file",
		.access_key = "AKONE",
		.secret_key = "hidden",
		.session_token = "hidden-token"};
	owned_caller caller = {.request = &request};

	(void)state;
	assert_int_equal(obtain(&caller), STATUS_OK);
	request.access_key = "AKTWO";
	assert_int_equal(obtain(&caller), STATUS_OK);
	assert_string_equal(caller.credentials.access_key, "AKONE");
	caller_forget(&caller);
	assert_string_equal(caller.credentials.access_key, "");
	assert_int_equal(caller.credentials.session_token.length_bytes, 0);
	assert_int_equal(obtain(&caller), STATUS_OK);
	assert_string_equal(caller.credentials.access_key, "AKTWO");
}

/* A key that was refused is refused again: asking twice only costs time. */
static void
a_static_key_cannot_be_refreshed(void **state)
{
	const struct request fixed = {.source = SOURCE_STATIC};
	const struct request role = {.source = SOURCE_METADATA};
	const struct caller first = {.request = &fixed}, second = {.request = &role};

	(void)state;
	assert_false(caller_can_refresh(&first));
	assert_true(caller_can_refresh(&second));
}

static void
a_source_that_no_version_knows_is_refused(void **state)
{
	const struct request request = {.source = (enum credential_source)4711,
		.origin = "nowhere"};
	owned_caller caller = {.request = &request};

	(void)state;
	assert_int_equal(obtain(&caller), STATUS_HELPER_BROKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_a_static_key_signs_nothing),
		cmocka_unit_test(what_was_obtained_is_kept_until_it_is_dropped),
		cmocka_unit_test(a_static_key_cannot_be_refreshed),
		cmocka_unit_test(a_source_that_no_version_knows_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
