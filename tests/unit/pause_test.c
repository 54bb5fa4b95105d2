/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Jitter within its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pause.h"
#include <cmocka.h>

static void
pauses_double_up_to_their_limit_and_are_random(void **state)
{
	int64_t first_ms = pause_random_ms(20, 100, 1000);
	unsigned int different = 0;

	(void)state;
	for (int i = 0; i < 200; i++) {
		int64_t pause_ms = pause_random_ms(2, 100, 1000);

		assert_in_range(pause_ms, 0, 400);
		assert_in_range(pause_random_ms(40, 100, 1000), 0, 1000);
		different += pause_random_ms(20, 100, 1000) != first_ms ? 1 : 0;
	}
	assert_true(different > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pauses_double_up_to_their_limit_and_are_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
