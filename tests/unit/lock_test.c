/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The instance lock between real processes, below a temporary /run and with the real /proc. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_tree.h"
#include "volume/holder.h"
#include "volume/lock.h"

/* A child that holds the lock of "vol" until it is ended. */
struct keeper {
	pid_t pid;
};

enum keeping { KEEPS_LOCK, KEEPS_LOCK_AND_IGNORES_TERM, KEEPS_CHILDREN };

static void
keeper_run(const char *action, enum keeping keeping, int ready_fd)
{
	struct lock lock = LOCK_EMPTY;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (keeping == KEEPS_LOCK_AND_IGNORES_TERM)
		signal(SIGTERM, SIG_IGN);
	if (lock_take("vol", action, deadline_in_ms(5000), &lock, NULL) != STATUS_OK)
		_exit(1);
	if (keeping == KEEPS_CHILDREN)
		close(lock.lock_fd);
	if (write(ready_fd, "r", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static struct keeper
keeper_begin(const char *action, enum keeping keeping)
{
	int ready[2];
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		keeper_run(action, keeping, ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return (struct keeper){pid};
}

/* Ends it and returns the signal that it died from. */
static int
keeper_end(struct keeper *keeper)
{
	int how = 0;

	kill(keeper->pid, SIGKILL);
	assert_int_equal(waitpid(keeper->pid, &how, 0), keeper->pid);
	return WIFSIGNALED(how) ? WTERMSIG(how) : 0;
}

static void
a_free_lock_is_taken_at_once_and_names_its_holder(void **state)
{
	owned_lock lock = LOCK_EMPTY;
	struct holder holder;

	(void)state;
	assert_int_equal(lock_take("vol", "start", deadline_in_ms(0), &lock, NULL), STATUS_OK);
	holder_read(lock.lock_fd, &holder);
	assert_int_equal(holder.pid, getpid());
	assert_string_equal(holder.action, "start");
	assert_true(holder.start_ticks > 0);
	assert_true(lock.children_fd >= 0);
}

static void
a_released_lock_names_nobody_and_is_free(void **state)
{
	owned_lock lock = LOCK_EMPTY;
	struct holder holder;

	(void)state;
	assert_int_equal(lock_prove_free("vol", deadline_in_ms(0), NULL), STATUS_OK);
	assert_int_equal(access("run", F_OK), -1);
	assert_int_equal(lock_take("vol", "start", deadline_in_ms(0), &lock, NULL), STATUS_OK);
	assert_int_equal(lock_prove_free("vol", deadline_in_ms(0), NULL), STATUS_LOCKED);
	lock_end(&lock);
	assert_int_equal(lock_prove_free("vol", deadline_in_ms(0), NULL), STATUS_OK);
	assert_int_equal(lock_take("vol", "stop", deadline_in_ms(0), &lock, NULL), STATUS_OK);
	lock_end(&lock);
	assert_int_equal(lock_take("vol", "start", deadline_in_ms(0), &lock, NULL), STATUS_OK);
	holder_read(lock.lock_fd, &holder);
	assert_string_equal(holder.action, "start");
}

static void
a_start_waits_for_any_holder_to_its_deadline(void **state)
{
	struct keeper keeper = keeper_begin("start", KEEPS_LOCK);
	owned_lock lock = LOCK_EMPTY;
	struct reason reason = {0};
	char named[32];
	int64_t begin_ms = clock_now_ms();

	(void)state;
	assert_int_equal(lock_take("vol", "start", deadline_in_ms(200), &lock, &reason),
		STATUS_LOCKED);
	assert_true(clock_now_ms() - begin_ms >= 200);
	snprintf(named, sizeof(named), "process %d (start)", (int)keeper.pid);
	assert_non_null(strstr(reason.text, named));
	assert_int_equal(keeper_end(&keeper), SIGKILL);
	assert_int_equal(lock_take("vol", "start", deadline_in_ms(2000), &lock, NULL), STATUS_OK);
}

static void
a_stop_ends_a_start_that_holds_the_lock(void **state)
{
	struct keeper keeper = keeper_begin("start", KEEPS_LOCK);
	owned_lock lock = LOCK_EMPTY;

	(void)state;
	assert_int_equal(lock_take("vol", "stop", deadline_in_ms(5000), &lock, NULL), STATUS_OK);
	assert_int_equal(keeper_end(&keeper), SIGTERM);
}

static void
a_start_that_ignores_term_is_killed(void **state)
{
	struct keeper keeper = keeper_begin("start", KEEPS_LOCK_AND_IGNORES_TERM);
	owned_lock lock = LOCK_EMPTY;
	int64_t begin_ms = clock_now_ms();

	(void)state;
	assert_int_equal(lock_take("vol", "stop", deadline_in_ms(8000), &lock, NULL), STATUS_OK);
	assert_true(clock_now_ms() - begin_ms >= 2000);
	assert_int_equal(keeper_end(&keeper), SIGKILL);
}

static void
a_stop_waits_for_a_stop_and_does_not_end_it(void **state)
{
	struct keeper keeper = keeper_begin("stop", KEEPS_LOCK);
	owned_lock lock = LOCK_EMPTY;

	(void)state;
	assert_int_equal(lock_take("vol", "stop", deadline_in_ms(200), &lock, NULL), STATUS_LOCKED);
	assert_int_equal(kill(keeper.pid, 0), 0);
	assert_int_equal(keeper_end(&keeper), SIGKILL);
}

/* The pid in the file has a new owner: another start time, or another boot. */
static void
a_process_that_only_has_the_holders_pid_is_not_ended(void **state)
{
	struct keeper innocent = keeper_begin("stop", KEEPS_LOCK);
	struct holder holder = {.action = "start", .pid = innocent.pid, .start_ticks = 1};

	(void)state;
	boot_id_read(holder.boot_id);
	holder_end(&holder, deadline_in_ms(100));
	assert_int_equal(kill(innocent.pid, 0), 0);
	assert_int_equal(waitpid(innocent.pid, NULL, WNOHANG), 0);
	assert_int_equal(keeper_end(&innocent), SIGKILL);
}

static void
a_holders_text_that_is_not_whole_names_nobody(void **state)
{
	static const char *const bad[] = {"", "start", "start 12", "start 12 13 boot",
		"start 1 13 boot\n", "start -5 13 boot\n"};
	struct holder holder;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fake_file("run/text", bad[i]);
		FILE *file = fopen("run/text", "re");

		assert_non_null(file);
		holder_read(fileno(file), &holder);
		assert_int_equal(holder.pid, 0);
		fclose(file);
	}
}

static void
a_child_that_lives_is_an_orphan_to_all(void **state)
{
	struct keeper child = keeper_begin("start", KEEPS_CHILDREN);
	owned_lock lock = LOCK_EMPTY;

	(void)state;
	assert_int_equal(lock_prove_free("vol", deadline_in_ms(0), NULL), STATUS_ORPHAN);
	assert_int_equal(lock_take("vol", "stop", deadline_in_ms(1000), &lock, NULL), STATUS_OK);
	assert_int_equal(lock_prove_no_children("vol", &lock, deadline_in_ms(100), NULL),
		STATUS_ORPHAN);
	assert_int_equal(keeper_end(&child), SIGKILL);
	assert_int_equal(lock_prove_no_children("vol", &lock, deadline_in_ms(2000), NULL),
		STATUS_OK);
	assert_true(lock.children_fd >= 0);
	assert_int_equal(lock_prove_no_children("vol", NULL, deadline_in_ms(100), NULL),
		STATUS_ORPHAN);
}

/* It shares the descriptor of this very action. */
static void
a_child_of_this_action_is_seen_too(void **state)
{
	owned_lock lock = LOCK_EMPTY;

	(void)state;
	assert_int_equal(lock_take("vol", "stop", deadline_in_ms(0), &lock, NULL), STATUS_OK);
	struct keeper child = {fork()};

	assert_true(child.pid >= 0);
	if (child.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	assert_int_equal(lock_prove_no_children("vol", &lock, deadline_in_ms(100), NULL),
		STATUS_ORPHAN);
	assert_int_equal(keeper_end(&child), SIGKILL);
	assert_int_equal(lock_prove_no_children("vol", &lock, deadline_in_ms(2000), NULL),
		STATUS_OK);
}

static void
without_a_run_there_is_no_lock_for_a_start(void **state)
{
	owned_lock lock = LOCK_EMPTY;

	(void)state;
	fake_file("run", "a file where the directory should be");
	assert_int_equal(lock_take("vol", "start", deadline_in_ms(0), &lock, NULL),
		STATUS_NO_RECORD);
	assert_int_equal(lock_take("vol", "stop", deadline_in_ms(0), &lock, NULL),
		STATUS_NO_RECORD);
	assert_int_equal(lock_children_open("vol"), -1);
	/* Nor can a child hold one: stop goes on by what the kernel tells. */
	assert_int_equal(lock_prove_no_children("vol", NULL, deadline_in_ms(0), NULL), STATUS_OK);
}

/* The processes are real, so /proc is. */
static int
tree_begin(void **state)
{
	return fake_tree_begin(state) == 0 && rename("proc", "proc.fake") == 0 &&
			symlink("/proc", "proc") == 0
		? 0
		: -1;
}

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, tree_begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(a_free_lock_is_taken_at_once_and_names_its_holder),
		WITH_TREE(a_released_lock_names_nobody_and_is_free),
		WITH_TREE(a_start_waits_for_any_holder_to_its_deadline),
		WITH_TREE(a_stop_ends_a_start_that_holds_the_lock),
		WITH_TREE(a_start_that_ignores_term_is_killed),
		WITH_TREE(a_stop_waits_for_a_stop_and_does_not_end_it),
		WITH_TREE(a_process_that_only_has_the_holders_pid_is_not_ended),
		WITH_TREE(a_holders_text_that_is_not_whole_names_nobody),
		WITH_TREE(a_child_that_lives_is_an_orphan_to_all),
		WITH_TREE(a_child_of_this_action_is_seen_too),
		WITH_TREE(without_a_run_there_is_no_lock_for_a_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
