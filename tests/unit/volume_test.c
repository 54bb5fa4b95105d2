/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts about start and stop as a whole: what is answered, and what is undone. The kernel, the lock
 * and the steps are played by the functions below, which take the library's place at link time;
 * what they share lies in memory that the doers, which are children, share too.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "volume/lock.h"
#include "volume/record.h"
#include "volume/takedown.h"
#include "volume/view.h"
#include "volume/volume.h"

/* What the played kernel has, what the steps do, and what was done. */
struct played {
	enum status lock, children, up, down;
	enum state state;
	bool up_maps, up_hangs, down_works, down_hangs, takedown_hangs;
	bool no_children_file;   /* the doer's lock cannot be had */
	bool comes_back;         /* a mapping of ours, once, after the first stop's last look */
	bool is_bare;            /* ours has no table */
	bool unlock_leaves_bare; /* a mapping without a table where activation was refused */
	int ups, downs, takedowns, records_removed;
};

static struct played *played;
static const struct dm_device mapping = {.name = "data", .has_table = true};
static const struct dm_device bare_mapping = {.name = "data"};

enum status
lock_take(const char *instance, const char *action, struct deadline deadline, struct lock *ret_lock,
	struct reason *reason)
{
	(void)instance;
	(void)action;
	(void)deadline;
	(void)ret_lock;
	return played->lock == STATUS_OK ? STATUS_OK
					 : reason_set(reason, played->lock, "held by start");
}

int
lock_children_open(const char *instance)
{
	(void)instance;
	return played->no_children_file ? -1 : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
}

enum status
lock_prove_no_children(const char *instance, struct lock *lock, struct deadline deadline,
	struct reason *reason)
{
	(void)instance;
	(void)lock;
	(void)deadline;
	return played->children == STATUS_OK
		? STATUS_OK
		: reason_set(reason, played->children, "a child lives");
}

void
lock_end(struct lock *lock)
{
	(void)lock;
}

void
view_take(const struct wanted *wanted, struct deadline deadline, struct view *ret_view)
{
	(void)wanted;
	(void)deadline;
	const struct dm_device *ours = played->is_bare ? &bare_mapping : &mapping;

	*ret_view = (struct view){.state = played->state,
		.ours = played->state == STATE_ABSENT ? NULL : ours};
}

void
view_take_settled(const struct wanted *wanted, struct deadline deadline, struct view *ret_view)
{
	view_take(wanted, deadline, ret_view);
}

void
view_end(struct view *view)
{
	(void)view;
}

bool
view_is_gone(const struct view *view)
{
	return view->state == STATE_ABSENT;
}

const char *
state_word(enum state state)
{
	return state == STATE_ABSENT ? "absent" : "there";
}

enum status
record_read(const char *instance, struct record *ret_record)
{
	(void)instance;
	(void)ret_record;
	return STATUS_NOT_ACTIVE;
}

enum status
record_write(const char *instance, const struct record *record, struct reason *reason)
{
	(void)instance;
	(void)record;
	(void)reason;
	return STATUS_OK;
}

void
record_remove(const char *instance)
{
	(void)instance;
	played->records_removed++;
}

static void
hang(void)
{
	alarm(60);
	for (;;)
		pause();
}

enum status
takedown_mapping(const struct doer *doer, const struct dm_device *device, struct signal_plan *plan,
	struct reason *reason)
{
	(void)doer;
	(void)device;
	(void)reason;
	/* A start that failed ends nobody. */
	if (plan->count > 0)
		return STATUS_INTERNAL;
	played->takedowns++;
	if (played->takedown_hangs)
		hang();
	played->state = STATE_ABSENT;
	return STATUS_OK;
}

enum status
volume_up(const struct wanted *wanted, const struct doer *doer, struct reason *reason)
{
	(void)wanted;
	played->ups++;
	phase_enter(doer, PHASE_FETCHING_KEY);
	if (played->unlock_leaves_bare) {
		phase_enter(doer, PHASE_UNLOCKING);
		played->state = STATE_PARTIAL;
		played->is_bare = true;
	}
	if (played->up_maps) {
		phase_enter(doer, PHASE_MAPPING);
		played->state = STATE_PARTIAL;
	}
	if (played->up_hangs)
		hang();
	if (played->up == STATUS_OK)
		played->state = STATE_ACTIVE;
	return played->up == STATUS_OK ? STATUS_OK : reason_set(reason, played->up, "refused");
}

enum status
volume_down(const struct wanted *wanted, const struct doer *doer, struct reason *reason)
{
	(void)wanted;
	played->downs++;
	phase_enter(doer, PHASE_CLOSING);
	if (played->down_works)
		played->state = STATE_ABSENT;
	if (played->comes_back && played->downs == 1)
		played->state = STATE_PARTIAL;
	if (played->down_hangs)
		hang();
	return played->down == STATUS_OK ? STATUS_OK : reason_set(reason, played->down, "held");
}

static const struct params params = {0};
static const struct wanted wanted = {.params = &params, .instance = "unit-test"};

static int
play(void **state)
{
	(void)state;
	if (played == NULL)
		played = mmap(NULL, sizeof(*played), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memset(played, 0, sizeof(*played));
	return played == MAP_FAILED ? 1 : 0;
}

static enum status
start(int64_t limit_ms, struct reason *reason)
{
	return volume_start(&wanted, deadline_in_ms(limit_ms), reason);
}

static enum status
stop(int64_t limit_ms, struct reason *reason)
{
	return volume_stop(&wanted, deadline_in_ms(limit_ms), reason);
}

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
	assert_int_equal(volume_start(&wanted, end, NULL), STATUS_BAD_FILESYSTEM);
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
a_mapping_that_somebody_else_opened_meanwhile_stays(void **state)
{
	(void)state;
	played->up = STATUS_NAME_TAKEN;
	played->up_maps = true;
	assert_int_equal(start(5000, NULL), STATUS_NAME_TAKEN);
	assert_int_equal(played->takedowns, 0);
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
		cmocka_unit_test_setup(a_stop_is_proven_and_removes_the_record, play),
		cmocka_unit_test_setup(a_stop_that_only_says_so_is_not_believed, play),
		cmocka_unit_test_setup(
			what_comes_back_after_the_last_step_of_a_stop_is_stopped_once_more, play),
		cmocka_unit_test_setup(a_start_without_a_children_lock_for_its_doer_is_refused,
			play),
		cmocka_unit_test_setup(a_bare_mapping_that_a_refused_activation_left_is_undone,
			play),
		cmocka_unit_test_setup(a_mapping_that_somebody_else_opened_meanwhile_stays, play),
		cmocka_unit_test_setup(a_stop_held_up_after_its_last_step_is_done_all_the_same,
			play),
		cmocka_unit_test_setup(a_stop_out_of_time_names_the_phase, play),
		cmocka_unit_test_setup(a_living_child_of_an_earlier_action_refuses_a_stop, play),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
