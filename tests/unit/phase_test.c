/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about phases: each has words, and telling nobody does no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "volume/phase.h"

static void
every_phase_has_words(void **state)
{
	(void)state;
	for (int phase = 0; phase < PHASE_COUNT; phase++)
		assert_true(phase_words((enum phase)phase)[0] != '\0');
	assert_non_null(phase_words(PHASE_COUNT));
}

static void
a_phase_crosses_the_pipe_as_one_byte(void **state)
{
	int fds[2];
	unsigned char byte = 0xff;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	phase_enter(&(struct doer){.phase_fd = fds[1], .children_fd = -1}, PHASE_MOUNTING);
	assert_int_equal(read(fds[0], &byte, sizeof(byte)), 1);
	assert_int_equal(byte, PHASE_MOUNTING);
	close(fds[0]);
	close(fds[1]);
}

static void
a_doer_without_a_supervisor_tells_nobody(void **state)
{
	(void)state;
	phase_enter(&(struct doer){.phase_fd = -1, .children_fd = -1}, PHASE_MOUNTING);
}

static void
phases_fit_into_the_bits_of_a_report(void **state)
{
	(void)state;
	assert_in_range(PHASE_COUNT, 1, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_phase_has_words),
		cmocka_unit_test(a_phase_crosses_the_pipe_as_one_byte),
		cmocka_unit_test(a_doer_without_a_supervisor_tells_nobody),
		cmocka_unit_test(phases_fit_into_the_bits_of_a_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
