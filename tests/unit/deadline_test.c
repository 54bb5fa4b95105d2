/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deadlines: what is left of them, and that no pause goes beyond one. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/deadline.h"

/* More than any host takes between two lines of a test. */
#define SLACK_MS 20000

static void
the_clock_does_not_go_back(void **state)
{
	int64_t before_ms = clock_now_ms();

	(void)state;
	assert_true(before_ms > 0);
	assert_true(clock_now_ms() >= before_ms);
}

static void
what_is_left_is_at_most_what_was_given(void **state)
{
	int64_t left_ms = deadline_left_ms(deadline_in_ms(100000));

	(void)state;
	assert_true(left_ms <= 100000);
	assert_true(left_ms > 100000 - SLACK_MS);
}

static void
a_deadline_in_the_past_has_nothing_left(void **state)
{
	struct deadline past = {.at_ms = clock_now_ms() - 5000};

	(void)state;
	assert_int_equal(deadline_left_ms(past), 0);
	assert_int_equal(deadline_poll_ms(past), 0);
	assert_true(deadline_passed(past));
}

static void
zero_and_less_have_passed_at_once(void **state)
{
	(void)state;
	assert_true(deadline_passed(deadline_in_ms(0)));
	assert_true(deadline_passed(deadline_in_ms(-5000)));
	assert_false(deadline_passed(deadline_in_ms(SLACK_MS)));
	/* A negative one does not lie in the past: it would shorten what is reckoned from it. */
	assert_true(deadline_in_ms(-5000).at_ms >= clock_now_ms() - 2500);
}

/* poll(2) would take a negative number for no limit at all. */
static void
a_distant_deadline_fits_the_int_of_poll(void **state)
{
	(void)state;
	assert_int_equal(deadline_poll_ms(deadline_in_ms((int64_t)INT_MAX + SLACK_MS)), INT_MAX);
	assert_int_equal(deadline_poll_ms((struct deadline){.at_ms = INT64_MAX}), INT_MAX);
}

static void
the_sooner_of_two_is_the_smaller_one(void **state)
{
	struct deadline near = {.at_ms = 1}, far = {.at_ms = 2};

	(void)state;
	assert_int_equal(deadline_sooner(near, far).at_ms, 1);
	assert_int_equal(deadline_sooner(far, near).at_ms, 1);
}

static void
a_pause_lasts_as_long_as_asked(void **state)
{
	int64_t begun_ms = clock_now_ms();

	(void)state;
	assert_true(deadline_pause_ms(deadline_in_ms(2 * SLACK_MS), 30));
	/* The clock is cut to whole milliseconds at both ends. */
	assert_true(clock_now_ms() - begun_ms >= 29);
}

static void
a_pause_ends_with_the_deadline(void **state)
{
	int64_t begun_ms = clock_now_ms();

	(void)state;
	deadline_pause_ms(deadline_in_ms(30), 2 * SLACK_MS);
	assert_true(clock_now_ms() - begun_ms < SLACK_MS);
	assert_false(deadline_pause_ms(deadline_in_ms(0), 2 * SLACK_MS));
	assert_true(clock_now_ms() - begun_ms < SLACK_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clock_does_not_go_back),
		cmocka_unit_test(what_is_left_is_at_most_what_was_given),
		cmocka_unit_test(a_deadline_in_the_past_has_nothing_left),
		cmocka_unit_test(zero_and_less_have_passed_at_once),
		cmocka_unit_test(a_distant_deadline_fits_the_int_of_poll),
		cmocka_unit_test(the_sooner_of_two_is_the_smaller_one),
		cmocka_unit_test(a_pause_lasts_as_long_as_asked),
		cmocka_unit_test(a_pause_ends_with_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
