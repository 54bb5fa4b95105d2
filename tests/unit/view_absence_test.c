/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Absence is proven against a start that is under way: its lock, or what it left. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/file.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_tree.h"
#include "volume/view.h"

#define LUKS "CRYPT-LUKS2-1cb16c3d326047efb64a533c7c0653ec-vol"

static const struct params pinned = {.luks_uuid = "1cb16c3d326047efb64a533c7c0653ec",
	.directory = "/srv/vol"};

static void
look_and_prove(struct view *ret_view)
{
	struct wanted wanted;

	wanted_make(&pinned, "vol", &wanted);
	view_take(&wanted, deadline_in_ms(5000), ret_view);
	view_prove_gone(&wanted, deadline_in_ms(100), deadline_in_ms(5000), ret_view);
}

static int
lock_hold(const char *path, int operation)
{
	fake_file(path, "");
	int fd = open(path, O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(flock(fd, operation | LOCK_NB), 0);
	return fd;
}

static void
without_a_lock_file_absence_is_proven_and_none_is_made(void **state)
{
	owned_view view = {0};

	(void)state;
	look_and_prove(&view);
	assert_int_equal(view.state, STATE_ABSENT);
	assert_int_equal(access("run", F_OK), -1);
}

static void
a_held_lock_leaves_the_state_unknown(void **state)
{
	owned_view view = {0};
	int fd = lock_hold("run/vol/lock", LOCK_EX);

	(void)state;
	look_and_prove(&view);
	assert_int_equal(view.state, STATE_UNREADABLE);
	assert_int_equal(view.reason.status, STATUS_LOCKED);
	close(fd);
}

static void
a_child_that_lives_leaves_the_state_unknown(void **state)
{
	owned_view view = {0};
	int fd = lock_hold("run/vol/children", LOCK_SH);

	(void)state;
	look_and_prove(&view);
	assert_int_equal(view.state, STATE_UNREADABLE);
	assert_int_equal(view.reason.status, STATUS_ORPHAN);
	close(fd);
}

static void
another_probe_beside_this_one_is_no_start(void **state)
{
	owned_view view = {0};
	int fd = lock_hold("run/vol/lock", LOCK_SH);

	(void)state;
	look_and_prove(&view);
	assert_int_equal(view.state, STATE_ABSENT);
	close(fd);
}

/* The start ends between the first look and the proof, and has opened the volume. */
static void
the_second_look_sees_what_a_start_left(void **state)
{
	struct wanted wanted;
	owned_view view = {0};

	(void)state;
	wanted_make(&pinned, "vol", &wanted);
	view_take(&wanted, deadline_in_ms(5000), &view);
	assert_int_equal(view.state, STATE_ABSENT);
	fake_mapping("vol", 0, LUKS)->has_table = false;
	view_prove_gone(&wanted, deadline_in_ms(100), deadline_in_ms(5000), &view);
	assert_int_equal(view.state, STATE_PARTIAL);
}

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, fake_tree_begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(without_a_lock_file_absence_is_proven_and_none_is_made),
		WITH_TREE(a_held_lock_leaves_the_state_unknown),
		WITH_TREE(a_child_that_lives_leaves_the_state_unknown),
		WITH_TREE(another_probe_beside_this_one_is_no_start),
		WITH_TREE(the_second_look_sees_what_a_start_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
