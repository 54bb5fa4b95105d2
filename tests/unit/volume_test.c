/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about start as a whole, and the lock it shares with stop: what is answered, and what is
 * undone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "volume_kit.h"

static void
an_active_volume_is_started_without_a_step(void **state)
{
	(void)state;
	played->state = STATE_ACTIVE;
	assert_int_equal(start(5000, NULL), STATUS_OK);
	assert_int_equal(played->ups, 0);
}

static void
a_start_is_proven_by_the_look_of_monitor(void **state)
{
	(void)state;
	assert_int_equal(start(5000, NULL), STATUS_OK);
	assert_int_equal(played->ups, 1);
	assert_int_equal(played->takedowns, 0);
}

static void
a_start_that_failed_before_the_mapping_touches_nothing(void **state)
{
	struct reason reason = {0};

	(void)state;
	played->up = STATUS_DENIED;
	assert_int_equal(start(5000, &reason), STATUS_DENIED);
	assert_string_equal(reason.text, "access-denied: refused");
	assert_int_equal(played->takedowns, 0);
	assert_int_equal(played->records_removed, 1);
}

static void
a_start_that_failed_after_the_mapping_is_undone(void **state)
{
	struct reason reason = {0};

	(void)state;
	played->up = STATUS_BAD_FILESYSTEM;
	played->up_maps = true;
	assert_int_equal(start(5000, &reason), STATUS_BAD_FILESYSTEM);
	assert_int_equal(played->takedowns, 1);
	assert_int_equal(played->state, STATE_ABSENT);
}

static void
a_start_out_of_time_is_undone_and_names_the_phase(void **state)
{
	struct reason reason = {0};

	(void)state;
	played->up_maps = true;
	played->up_hangs = true;
	assert_int_equal(start(2000, &reason), STATUS_TIMED_OUT);
	assert_non_null(strstr(reason.text, phase_words(PHASE_MAPPING)));
	assert_int_equal(played->takedowns, 1);
}

/* Whoever asked kills a start that is later than its end, and its reason with it. */
static void
an_undoing_that_hangs_does_not_make_the_start_late(void **state)
{
	struct deadline end = deadline_in_ms(3000);

	(void)state;
	played->up = STATUS_BAD_FILESYSTEM;
	played->up_maps = true;
	played->takedown_hangs = true;
	assert_int_equal(volume_start(&played_wanted, end, NULL), STATUS_BAD_FILESYSTEM);
	assert_false(deadline_passed(end) || played->takedowns != 1);
}

static void
a_mapping_that_was_open_before_a_failed_start_stays(void **state)
{
	(void)state;
	played->state = STATE_PARTIAL;
	played->up = STATUS_NEEDS_FSCK;
	assert_int_equal(start(5000, NULL), STATUS_NEEDS_FSCK);
	assert_int_equal(played->takedowns, 0);
}

static void
nothing_is_undone_while_a_child_lives(void **state)
{
	(void)state;
	played->children = STATUS_ORPHAN;
	assert_int_equal(start(2000, NULL), STATUS_ORPHAN);
	assert_int_equal(played->ups + played->takedowns, 0);
}

static void
start_needs_the_lock_and_stop_goes_on_without_run(void **state)
{
	(void)state;
	played->lock = STATUS_NO_RECORD;
	assert_int_equal(start(2000, NULL), STATUS_NO_RECORD);
	assert_int_equal(played->ups, 0);
	assert_int_equal(stop(2000, NULL), STATUS_OK);
	assert_int_equal(played->downs, 1);
}

static void
a_lock_that_is_held_to_the_deadline_refuses_both(void **state)
{
	struct reason reason = {0};

	(void)state;
	played->lock = STATUS_LOCKED;
	assert_int_equal(start(0, &reason), STATUS_LOCKED);
	assert_string_equal(reason.text, "locked: held by start");
	assert_int_equal(stop(0, NULL), STATUS_LOCKED);
	assert_int_equal(played->ups + played->downs, 0);
}

static void
a_start_without_a_children_lock_for_its_doer_is_refused(void **state)
{
	struct reason reason = {0};

	(void)state;
	played->no_children_file = true;
	assert_int_equal(start(5000, &reason), STATUS_NO_RECORD);
	assert_int_equal(played->ups, 0);
	/* Stop needs none: where there is no file, nobody else can hold one. */
	assert_int_equal(stop(5000, NULL), STATUS_OK);
	assert_int_equal(played->downs, 1);
}

/* EBUSY of an activation says that a name is taken, and may come after the mapping was made. */
static void
a_bare_mapping_that_a_refused_activation_left_is_undone(void **state)
{
	(void)state;
	played->up = STATUS_NAME_TAKEN;
	played->unlock_leaves_bare = true;
	assert_int_equal(start(5000, NULL), STATUS_NAME_TAKEN);
	assert_int_equal(played->takedowns, 1);
}

static void
a_bare_mapping_is_undone_where_another_one_was_found_before(void **state)
{
	(void)state;
	played->state = STATE_PARTIAL;
	played->is_bare = true;
	played->up = STATUS_NAME_TAKEN;
	played->unlock_leaves_bare = true;
	assert_int_equal(start(5000, NULL), STATUS_NAME_TAKEN);
	assert_int_equal(played->takedowns, 1);
	assert_int_equal(played->state, STATE_ABSENT);
}

static void
a_mapping_that_somebody_else_opened_meanwhile_stays(void **state)
{
	(void)state;
	played->up = STATUS_NAME_TAKEN;
	played->up_maps = true;
	assert_int_equal(start(5000, NULL), STATUS_NAME_TAKEN);
	assert_int_equal(played->takedowns, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_active_volume_is_started_without_a_step, play),
		cmocka_unit_test_setup(a_start_is_proven_by_the_look_of_monitor, play),
		cmocka_unit_test_setup(a_start_that_failed_before_the_mapping_touches_nothing,
			play),
		cmocka_unit_test_setup(a_start_that_failed_after_the_mapping_is_undone, play),
		cmocka_unit_test_setup(a_start_out_of_time_is_undone_and_names_the_phase, play),
		cmocka_unit_test_setup(an_undoing_that_hangs_does_not_make_the_start_late, play),
		cmocka_unit_test_setup(a_mapping_that_was_open_before_a_failed_start_stays, play),
		cmocka_unit_test_setup(nothing_is_undone_while_a_child_lives, play),
		cmocka_unit_test_setup(start_needs_the_lock_and_stop_goes_on_without_run, play),
		cmocka_unit_test_setup(a_lock_that_is_held_to_the_deadline_refuses_both, play),
		cmocka_unit_test_setup(a_start_without_a_children_lock_for_its_doer_is_refused,
			play),
		cmocka_unit_test_setup(a_bare_mapping_that_a_refused_activation_left_is_undone,
			play),
		cmocka_unit_test_setup(a_bare_mapping_is_undone_where_another_one_was_found_before,
			play),
		cmocka_unit_test_setup(a_mapping_that_somebody_else_opened_meanwhile_stays, play),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
