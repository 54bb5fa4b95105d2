/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every code that a message can open with is explained. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/explain.h"

static void
every_status_has_a_meaning_and_a_help(void **state)
{
	(void)state;
	for (int i = STATUS_OK + 1; i < STATUS_COUNT; i++) {
		if (explain_meaning((enum status)i) == NULL || explain_help((enum status)i) == NULL)
			fail_msg("%s has no row in explain.def", status_code((enum status)i));
	}
}

static void
nothing_is_said_of_what_is_no_failure(void **state)
{
	(void)state;
	assert_null(explain_meaning(STATUS_OK));
	assert_null(explain_help(STATUS_COUNT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_status_has_a_meaning_and_a_help),
		cmocka_unit_test(nothing_is_said_of_what_is_no_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
