/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of the states. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "volume/view.h"

static void
each_state_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < STATE_COUNT; i++) {
		for (unsigned int j = 0; j < i; j++)
			assert_string_not_equal(state_word((enum state)i),
				state_word((enum state)j));
	}
	assert_string_equal(state_word(STATE_ABSENT), "ABSENT");
	assert_string_equal(state_word(STATE_UNREADABLE), "UNREADABLE");
}

/* The safe end: nobody takes a number that no row has for "nothing is here". */
static void
a_number_outside_the_table_was_not_read(void **state)
{
	(void)state;
	assert_string_equal(state_word(STATE_COUNT), "UNREADABLE");
	assert_string_equal(state_word((enum state) - 1), "UNREADABLE");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_has_a_word_of_its_own),
		cmocka_unit_test(a_number_outside_the_table_was_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
