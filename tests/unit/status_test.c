/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stable codes: each status has one of its own, and a foreign number has one too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/status.h"

static void
success_is_zero_and_ok(void **state)
{
	(void)state;
	assert_int_equal(STATUS_OK, 0);
	assert_string_equal(status_code(STATUS_OK), "ok");
}

static void
no_two_statuses_share_a_code(void **state)
{
	(void)state;
	for (int a = 0; a < STATUS_COUNT; a++) {
		for (int b = 0; b < a; b++)
			assert_string_not_equal(status_code((enum status)a),
				status_code((enum status)b));
	}
}

/* It begins the reason line, which people search their logs for. */
static void
a_code_is_one_word_in_small_letters(void **state)
{
	(void)state;
	for (int i = 0; i < STATUS_COUNT; i++) {
		const char *code = status_code((enum status)i);

		assert_true(*code != '\0');
		assert_int_equal(strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789-"),
			strlen(code));
	}
}

static void
a_number_outside_the_enum_is_internal(void **state)
{
	(void)state;
	assert_string_equal(status_code(STATUS_COUNT), "internal");
	assert_string_equal(status_code((enum status) - 1), "internal");
	assert_string_equal(status_code((enum status)INT32_MAX), "internal");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(success_is_zero_and_ok),
		cmocka_unit_test(no_two_statuses_share_a_code),
		cmocka_unit_test(a_code_is_one_word_in_small_letters),
		cmocka_unit_test(a_number_outside_the_enum_is_internal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
