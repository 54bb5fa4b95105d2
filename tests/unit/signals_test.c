/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts about the signal policy: the order of signals, who gets them, and that no time is slept
 * away.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "volume/signals.h"

static void
signals_are_those_that_the_check_of_the_parameter_takes(void **state)
{
	struct params params = {.term_signals = " SIGHUP  15 TERM,INT USR1", .kill_signals = ""};
	struct signal_plan plan;

	(void)state;
	signal_plan_make(&params, &plan);
	assert_int_equal(plan.count, 2);
	assert_int_equal(plan.signals[0], SIGHUP);
	assert_int_equal(plan.signals[1], SIGUSR1);
}

static void
more_signals_than_a_plan_holds_are_left_out(void **state)
{
	char many[6 * SIGNAL_PLAN_MOST] = "";
	struct params params = {.term_signals = many};
	struct signal_plan plan;

	(void)state;
	for (int i = 0; i < SIGNAL_PLAN_MOST + 1; i++)
		strcat(many, "TERM ");
	signal_plan_make(&params, &plan);
	assert_int_equal(plan.count, SIGNAL_PLAN_MOST);
	assert_int_equal(plan.signals[SIGNAL_PLAN_MOST - 1], SIGTERM);
}

static void
term_signals_come_before_kill_signals(void **state)
{
	struct params params = {.force_unmount = "safe",
		.term_signals = "HUP TERM",
		.kill_signals = "KILL"};
	struct signal_plan plan;

	(void)state;
	signal_plan_make(&params, &plan);
	assert_int_equal(plan.count, 3);
	assert_int_equal(plan.signals[0], SIGHUP);
	assert_int_equal(plan.signals[1], SIGTERM);
	assert_int_equal(plan.signals[2], SIGKILL);
	assert_false(plan.may_block);
}

static void
force_unmount_false_signals_nobody(void **state)
{
	struct params params = {.force_unmount = "false"};
	struct signal_plan plan;

	(void)state;
	signal_plan_make(&params, &plan);
	assert_int_equal(plan.count, 0);
}

static void
missing_parameters_have_the_defaults_of_the_table(void **state)
{
	struct params params = {0};
	struct signal_plan plan;

	(void)state;
	signal_plan_make(&params, &plan);
	assert_int_equal(plan.count, 2);
	assert_int_equal(plan.signals[0], SIGTERM);
	assert_int_equal(plan.signals[1], SIGKILL);
}

/* A child that waits, with the given signal ignored (0: none). */
static pid_t
sleeper_start(int ignored)
{
	int ready[2];
	char byte = 'r';
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();

	if (pid == 0) {
		if (ignored != 0)
			signal(ignored, SIG_IGN);
		if (write(ready[1], &byte, 1) != 1)
			_exit(1);
		alarm(30);
		for (;;)
			pause();
	}
	assert_true(pid > 0);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static int
reap(pid_t pid)
{
	int how = 0;

	assert_int_equal(waitpid(pid, &how, 0), pid);
	return WIFSIGNALED(how) ? WTERMSIG(how) : 0;
}

static struct volume_user
user_of(pid_t pid)
{
	return (struct volume_user){.pid = pid,
		.pid_fd = pidfd_open(pid, 0),
		.name = "sleeper",
		.use = "open file"};
}

static void
a_round_ends_as_soon_as_the_last_one_is_gone(void **state)
{
	struct signal_plan plan = {.signals = {SIGTERM, SIGKILL}, .count = 2, .delay_ms = 20000};
	pid_t pid = sleeper_start(0);
	struct volume_user users[] = {user_of(pid)};
	int64_t begun_ms = clock_now_ms();

	(void)state;
	assert_true(signal_plan_round(&plan, &(struct holder_list){users, 1},
		deadline_in_ms(30000)));
	assert_true(clock_now_ms() - begun_ms < 10000);
	assert_int_equal(reap(pid), SIGTERM);
	close(users[0].pid_fd);
}

static void
one_that_ignores_term_gets_kill_in_the_next_round(void **state)
{
	struct signal_plan plan = {.signals = {SIGTERM, SIGKILL}, .count = 2, .delay_ms = 50};
	pid_t pid = sleeper_start(SIGTERM);
	struct volume_user users[] = {user_of(pid)};
	struct holder_list list = {users, 1};

	(void)state;
	assert_true(signal_plan_round(&plan, &list, deadline_in_ms(30000)));
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	assert_true(signal_plan_round(&plan, &list, deadline_in_ms(30000)));
	assert_int_equal(reap(pid), SIGKILL);
	close(users[0].pid_fd);
}

static void
a_spared_process_is_neither_signalled_nor_waited_for(void **state)
{
	struct signal_plan plan = {.signals = {SIGKILL}, .count = 1, .delay_ms = 20000};
	pid_t pid = sleeper_start(0);
	struct volume_user users[] = {user_of(pid)};

	(void)state;
	users[0].is_spared = true;
	assert_false(signal_plan_round(&plan, &(struct holder_list){users, 1},
		deadline_in_ms(30000)));
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	kill(pid, SIGKILL);
	reap(pid);
	close(users[0].pid_fd);
}

static void
a_checker_is_killed_only_at_the_end(void **state)
{
	struct signal_plan plan = {.signals = {SIGTERM, SIGKILL}, .count = 2, .delay_ms = 20};
	pid_t pid = sleeper_start(SIGTERM);
	struct volume_user users[] = {user_of(pid)};
	struct holder_list list = {users, 1};

	(void)state;
	users[0].is_checker = true;
	for (int round = 0; round < 3; round++)
		assert_true(signal_plan_round(&plan, &list, deadline_in_ms(60000)));
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	assert_true(signal_plan_round(&plan, &list, deadline_in_ms(1000)));
	assert_int_equal(reap(pid), SIGKILL);
	close(users[0].pid_fd);
}

static void
a_plan_without_signals_does_nothing(void **state)
{
	struct signal_plan plan = {0};
	pid_t pid = sleeper_start(0);
	struct volume_user users[] = {user_of(pid)};

	(void)state;
	assert_false(signal_plan_round(&plan, &(struct holder_list){users, 1},
		deadline_in_ms(30000)));
	kill(pid, SIGKILL);
	reap(pid);
	close(users[0].pid_fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_are_those_that_the_check_of_the_parameter_takes),
		cmocka_unit_test(more_signals_than_a_plan_holds_are_left_out),
		cmocka_unit_test(term_signals_come_before_kill_signals),
		cmocka_unit_test(force_unmount_false_signals_nobody),
		cmocka_unit_test(missing_parameters_have_the_defaults_of_the_table),
		cmocka_unit_test(a_round_ends_as_soon_as_the_last_one_is_gone),
		cmocka_unit_test(one_that_ignores_term_gets_kill_in_the_next_round),
		cmocka_unit_test(a_spared_process_is_neither_signalled_nor_waited_for),
		cmocka_unit_test(a_checker_is_killed_only_at_the_end),
		cmocka_unit_test(a_plan_without_signals_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
