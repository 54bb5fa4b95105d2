/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What monitor, probe and a role=Stopped monitor answer, by the agent and by the worker. The look,
 * the lock and the checks in children are this file's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "actions.h"
#include "volume/depth.h"
#include "volume/lock.h"
#include "volume/view.h"
#include "volume/writable.h"

/* What the look finds first and after a wait for the lock, and what the rest comes to. */
static struct {
	enum state first, second, deeper;
	enum status lock, writable;
	bool errors_grew;
	unsigned int looks, depth_level, writes_tried;
} played;

static struct mount on_directory;

static void
view_fill(enum state state, struct view *ret_view)
{
	*ret_view = (struct view){.state = state, .ext4_errors = -1};
	if (state != STATE_ACTIVE)
		reason_set(&ret_view->reason, STATUS_PARTLY_UP, "%s", state_word(state));
	if (state == STATE_ACTIVE || state == STATE_FLAGGED)
		ret_view->on_directory = &on_directory;
	ret_view->ext4_errors_grew = played.errors_grew;
	played.looks++;
}

void
view_take(const struct wanted *wanted, struct deadline deadline, struct view *ret_view)
{
	(void)wanted;
	(void)deadline;
	view_fill(played.first, ret_view);
}

void
view_take_settled(const struct wanted *wanted, struct deadline deadline, struct view *ret_view)
{
	view_take(wanted, deadline, ret_view);
}

void
view_prove_gone(const struct wanted *wanted, struct deadline wait, struct deadline deadline,
	struct view *view)
{
	(void)wanted;
	(void)wait;
	(void)deadline;
	view_fill(played.lock == STATUS_OK ? played.second : STATE_UNREADABLE, view);
}

bool
view_is_gone(const struct view *view)
{
	return view->state == STATE_ABSENT || view->state == STATE_TAKEN;
}

void
view_end(struct view *view)
{
	(void)view;
}

enum status
lock_prove_free(const char *instance, struct deadline deadline, struct reason *reason)
{
	(void)instance;
	(void)reason;
	assert_true(deadline_passed(deadline));
	assert_int_equal(played.looks, 0);
	return played.lock;
}

enum state
depth_check(const struct wanted *wanted, const struct view *view, unsigned int level,
	struct deadline deadline, struct reason *reason)
{
	(void)wanted;
	(void)view;
	(void)deadline;
	played.depth_level = level;
	if (played.deeper != STATE_ACTIVE)
		reason_set(reason, STATUS_DEVICE_IO, "deeper");
	return played.deeper;
}

enum status
writable_check(const char *directory, struct deadline deadline, struct reason *reason)
{
	(void)directory;
	(void)deadline;
	played.writes_tried++;
	return played.writable == STATUS_OK ? STATUS_OK
					    : reason_set(reason, played.writable, "refused");
}

static const struct ocf_call recurring = {.instance = "vol", .interval = OCF_INTERVAL_SET};
static const struct ocf_call probe = {.instance = "vol", .interval = OCF_INTERVAL_ZERO};
static const struct ocf_call person = {.instance = "vol", .interval = OCF_INTERVAL_UNSET};
static const struct ocf_call standby = {.instance = "vol",
	.interval = OCF_INTERVAL_SET,
	.is_standby = true};

static struct reason reason;

static int
quick(const struct ocf_call *call, enum state state)
{
	struct wanted wanted = {.instance = "vol"};

	played.first = state;
	played.looks = 0;
	memset(&reason, 0, sizeof(reason));
	return action_monitor_quick(call, &wanted, &reason);
}

static int
whole(const struct ocf_call *call, enum state state)
{
	struct wanted wanted = {.instance = "vol"};

	played.first = state;
	memset(&reason, 0, sizeof(reason));
	return action_monitor(call, &wanted, &reason);
}

static int
begin(void **state)
{
	(void)state;
	memset(&played, 0, sizeof(played));
	played.deeper = STATE_ACTIVE;
	on_directory = (struct mount){.directory = (char *)(uintptr_t) "/srv/vol"};
	return 0;
}

static void
the_agent_answers_0_when_all_is_well(void **state)
{
	struct ocf_call deep = recurring;

	(void)state;
	assert_int_equal(quick(&recurring, STATE_ACTIVE), OCF_SUCCESS);
	assert_int_equal(quick(&probe, STATE_ACTIVE), OCF_SUCCESS);
	assert_int_equal(quick(&person, STATE_ACTIVE), OCF_SUCCESS);
	deep.depth = 10;
	assert_int_equal(quick(&deep, STATE_ACTIVE), ACTION_PASS_ON);
}

static void
the_agent_leaves_it_to_the_worker_when_the_steps_are_asked_for(void **state)
{
	struct ocf_call asking = person;

	(void)state;
	asking.is_debug = true;
	assert_int_equal(quick(&asking, STATE_ACTIVE), ACTION_PASS_ON);
	asking.interval = OCF_INTERVAL_SET;
	assert_int_equal(quick(&asking, STATE_ACTIVE), OCF_SUCCESS);
	asking.is_traced = true;
	assert_int_equal(quick(&asking, STATE_ACTIVE), ACTION_PASS_ON);
}

static void
the_agent_answers_7_to_pacemaker_alone_and_only_when_no_start_is_under_way(void **state)
{
	(void)state;
	assert_int_equal(quick(&recurring, STATE_ABSENT), OCF_NOT_RUNNING);
	assert_int_equal(quick(&probe, STATE_ABSENT), OCF_NOT_RUNNING);
	assert_int_equal(quick(&probe, STATE_TAKEN), OCF_NOT_RUNNING);
	assert_int_equal(quick(&standby, STATE_TAKEN), OCF_NOT_RUNNING);
	assert_int_equal(quick(&person, STATE_ABSENT), ACTION_PASS_ON);
	played.lock = STATUS_LOCKED;
	assert_int_equal(quick(&recurring, STATE_ABSENT), ACTION_PASS_ON);
	/* It does not matter to a volume that is up. */
	assert_int_equal(quick(&recurring, STATE_ACTIVE), OCF_SUCCESS);
}

static void
the_agent_passes_everything_else_on(void **state)
{
	static const enum state others[] = {STATE_FLAGGED, STATE_FAILED, STATE_PARTIAL, STATE_DOUBT,
		STATE_UNREADABLE};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(quick(&recurring, others[i]), ACTION_PASS_ON);
		assert_int_equal(quick(&probe, others[i]), ACTION_PASS_ON);
		assert_string_equal(reason.text, "");
	}
	assert_int_equal(quick(&recurring, STATE_TAKEN), ACTION_PASS_ON);
}

static void
the_worker_says_why(void **state)
{
	(void)state;
	assert_int_equal(whole(&recurring, STATE_PARTIAL), OCF_ERR_GENERIC);
	assert_string_equal(reason.text, "partly-up: PARTIAL");
	assert_int_equal(whole(&probe, STATE_PARTIAL), OCF_ERR_GENERIC);
	assert_int_equal(whole(&standby, STATE_DOUBT), OCF_ERR_GENERIC);
	assert_int_equal(whole(&recurring, STATE_ACTIVE), OCF_SUCCESS);
	assert_string_equal(reason.text, "");
}

static void
the_worker_proves_absence_before_it_says_7(void **state)
{
	(void)state;
	played.second = STATE_ABSENT;
	assert_int_equal(whole(&person, STATE_ABSENT), OCF_NOT_RUNNING);
	assert_true(reason.text[0] != '\0');
	/* The start that was under way has finished. */
	played.second = STATE_ACTIVE;
	assert_int_equal(whole(&probe, STATE_ABSENT), OCF_SUCCESS);
	played.lock = STATUS_LOCKED;
	assert_int_equal(whole(&probe, STATE_ABSENT), OCF_ERR_GENERIC);
}

static void
a_stranger_in_our_place_is_1_for_the_recurring_monitor_alone(void **state)
{
	(void)state;
	played.second = STATE_TAKEN;
	assert_int_equal(whole(&recurring, STATE_TAKEN), OCF_ERR_GENERIC);
	assert_int_equal(whole(&probe, STATE_TAKEN), OCF_NOT_RUNNING);
	assert_int_equal(whole(&standby, STATE_TAKEN), OCF_NOT_RUNNING);
}

static void
ext4_errors_are_weighed_by_an_attempt_to_write(void **state)
{
	(void)state;
	played.errors_grew = true;
	assert_int_equal(whole(&recurring, STATE_FLAGGED), OCF_DEGRADED);
	assert_int_equal(played.writes_tried, 1);
	played.writable = STATUS_TURNED_READ_ONLY;
	assert_int_equal(whole(&recurring, STATE_FLAGGED), OCF_ERR_GENERIC);
	assert_string_equal(reason.text, "turned-read-only: refused");
	played.writable = STATUS_TIMED_OUT;
	assert_int_equal(whole(&recurring, STATE_FLAGGED), OCF_ERR_GENERIC);
	/* That no child could be made says nothing of the filesystem. */
	played.writable = STATUS_NO_MEMORY;
	assert_int_equal(whole(&recurring, STATE_FLAGGED), OCF_DEGRADED);
	/* Mounted read-only as asked: there is nothing to try. */
	on_directory.is_read_only = true;
	played.writable = STATUS_TURNED_READ_ONLY;
	assert_int_equal(whole(&recurring, STATE_FLAGGED), OCF_DEGRADED);
	assert_int_equal(played.writes_tried, 4);
}

static void
depth_is_asked_for_what_is_up_and_counts(void **state)
{
	struct ocf_call deep = recurring;

	(void)state;
	deep.depth = 20;
	assert_int_equal(whole(&deep, STATE_ACTIVE), OCF_SUCCESS);
	assert_int_equal(played.depth_level, 20);
	played.deeper = STATE_FLAGGED;
	assert_int_equal(whole(&deep, STATE_ACTIVE), OCF_DEGRADED);
	assert_string_equal(reason.text, "device-io: deeper");
	assert_int_equal(whole(&deep, STATE_FLAGGED), OCF_DEGRADED);
	assert_string_equal(reason.text, "partly-up: FLAGGED");
	played.deeper = STATE_FAILED;
	assert_int_equal(whole(&deep, STATE_FLAGGED), OCF_ERR_GENERIC);
	played.depth_level = 0;
	assert_int_equal(whole(&deep, STATE_PARTIAL), OCF_ERR_GENERIC);
	assert_int_equal(played.depth_level, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_agent_answers_0_when_all_is_well, begin),
		cmocka_unit_test_setup(
			the_agent_leaves_it_to_the_worker_when_the_steps_are_asked_for, begin),
		cmocka_unit_test_setup(
			the_agent_answers_7_to_pacemaker_alone_and_only_when_no_start_is_under_way,
			begin),
		cmocka_unit_test_setup(the_agent_passes_everything_else_on, begin),
		cmocka_unit_test_setup(the_worker_says_why, begin),
		cmocka_unit_test_setup(the_worker_proves_absence_before_it_says_7, begin),
		cmocka_unit_test_setup(a_stranger_in_our_place_is_1_for_the_recurring_monitor_alone,
			begin),
		cmocka_unit_test_setup(ext4_errors_are_weighed_by_an_attempt_to_write, begin),
		cmocka_unit_test_setup(depth_is_asked_for_what_is_up_and_counts, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
