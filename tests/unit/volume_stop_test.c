/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about stop as a whole: what is answered, and what is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "volume_kit.h"

static void
a_stop_is_proven_and_removes_the_record(void **state)
{
	(void)state;
	played->state = STATE_ACTIVE;
	played->down_works = true;
	assert_int_equal(stop(5000, NULL), STATUS_OK);
	assert_int_equal(played->records_removed, 1);
}

static void
a_stop_that_only_says_so_is_not_believed(void **state)
{
	(void)state;
	played->state = STATE_ACTIVE;
	assert_int_equal(stop(5000, NULL), STATUS_BUSY);
	assert_int_equal(played->downs, 2);
	assert_int_equal(played->records_removed, 0);
}

static void
what_comes_back_after_the_last_step_of_a_stop_is_stopped_once_more(void **state)
{
	(void)state;
	played->state = STATE_ACTIVE;
	played->down_works = true;
	played->comes_back = true;
	assert_int_equal(stop(5000, NULL), STATUS_OK);
	assert_int_equal(played->downs, 2);
	assert_int_equal(played->records_removed, 1);
}

static void
a_stop_held_up_after_its_last_step_is_done_all_the_same(void **state)
{
	(void)state;
	played->state = STATE_ACTIVE;
	played->down_works = true;
	played->down_hangs = true;
	assert_int_equal(stop(1500, NULL), STATUS_OK);
}

static void
a_stop_out_of_time_names_the_phase(void **state)
{
	struct reason reason = {0};

	(void)state;
	played->state = STATE_ACTIVE;
	played->down_hangs = true;
	assert_int_equal(stop(1500, &reason), STATUS_TIMED_OUT);
	assert_non_null(strstr(reason.text, phase_words(PHASE_CLOSING)));
}

static void
a_living_child_of_an_earlier_action_refuses_a_stop(void **state)
{
	struct reason reason = {0};

	(void)state;
	played->children = STATUS_ORPHAN;
	assert_int_equal(stop(5000, &reason), STATUS_ORPHAN);
	assert_string_equal(reason.text, "orphan: a child lives");
}

/* An unmount that was killed in the kernel writes on, and keeps the mapping busy until then. */
static void
a_stop_that_an_earlier_ones_child_kept_busy_tries_again_once_it_has_ended(void **state)
{
	(void)state;
	played->state = STATE_PARTIAL;
	played->children = STATUS_ORPHAN;
	played->child_leaves = true;
	played->down = STATUS_BUSY;
	assert_int_equal(stop(5000, NULL), STATUS_OK);
	assert_int_equal(played->downs, 2);
	assert_int_equal(played->records_removed, 1);
}

static void
a_stop_that_others_kept_busy_says_who_and_does_not_try_again(void **state)
{
	struct reason reason = {0};

	(void)state;
	played->state = STATE_PARTIAL;
	played->down = STATUS_BUSY;
	assert_int_equal(stop(5000, &reason), STATUS_BUSY);
	assert_string_equal(reason.text, "busy: held");
	assert_int_equal(played->downs, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_stop_is_proven_and_removes_the_record, play),
		cmocka_unit_test_setup(a_stop_that_only_says_so_is_not_believed, play),
		cmocka_unit_test_setup(
			what_comes_back_after_the_last_step_of_a_stop_is_stopped_once_more, play),
		cmocka_unit_test_setup(a_stop_held_up_after_its_last_step_is_done_all_the_same,
			play),
		cmocka_unit_test_setup(a_stop_out_of_time_names_the_phase, play),
		cmocka_unit_test_setup(a_living_child_of_an_earlier_action_refuses_a_stop, play),
		cmocka_unit_test_setup(
			a_stop_that_an_earlier_ones_child_kept_busy_tries_again_once_it_has_ended,
			play),
		cmocka_unit_test_setup(a_stop_that_others_kept_busy_says_who_and_does_not_try_again,
			play),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
