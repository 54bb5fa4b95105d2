/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between fork and exec: what a child has, what it has not, and that it never runs without its
 * parent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/own.h"
#include "volume/spawn_child.h"

/* The exit code of a child that became JOB; PARENT is whom it is told to have. */
static int
child_code(const struct spawn_job *job, pid_t parent, int input_fd, int output_fd)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		spawn_become(job, parent, input_fd, output_fd);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
three(void *context)
{
	(void)context;
	return 3;
}

static void
a_child_whose_parent_has_died_does_nothing(void **state)
{
	const struct spawn_job job = {.function = three};

	(void)state;
	assert_int_equal(child_code(&job, getpid(), -1, -1), 3);
	assert_int_equal(child_code(&job, getppid(), -1, -1), SPAWN_EXIT_NO_EXEC);
}

static void
a_program_that_is_not_there_is_127(void **state)
{
	const struct spawn_job job = {.path = "/nowhere/program"};

	(void)state;
	assert_int_equal(child_code(&job, getpid(), -1, -1), SPAWN_EXIT_NO_EXEC);
}

/* Which of five descriptors are open in the child, as bits. */
static int
open_bits(void *context)
{
	const int *fds = context;
	int bits = 0;

	for (int i = 0; i < 5; i++)
		bits |= fcntl(fds[i], F_GETFD) >= 0 ? 1 << i : 0;
	return bits;
}

static void
only_what_is_kept_stays_open_in_whatever_order_it_is_named(void **state)
{
	int fds[5];

	(void)state;
	for (int i = 0; i < 5; i++) {
		fds[i] = fcntl(0, F_DUPFD_CLOEXEC, 20 + 3 * i);
		assert_true(fds[i] >= 0);
	}
	const int kept[] = {fds[3], fds[1]};
	struct spawn_job job = {.function = open_bits,
		.context = fds,
		.kept_fds = kept,
		.kept_count = 2};

	assert_int_equal(child_code(&job, getpid(), -1, -1), 1 << 3 | 1 << 1);
	job.kept_count = 0;
	assert_int_equal(child_code(&job, getpid(), -1, -1), 0);
	job.keep_all_fds = true;
	assert_int_equal(child_code(&job, getpid(), -1, -1), 31);
	for (int i = 0; i < 5; i++)
		close(fds[i]);
}

static int
signals_are_default(void *context)
{
	struct sigaction action;
	sigset_t blocked;

	(void)context;
	if (sigaction(SIGTERM, NULL, &action) != 0 || action.sa_handler != SIG_DFL)
		return 1;
	if (sigaction(SIGCHLD, NULL, &action) != 0 || action.sa_handler != SIG_DFL)
		return 2;
	if (sigprocmask(SIG_SETMASK, NULL, &blocked) != 0 || sigismember(&blocked, SIGUSR1) == 1)
		return 3;
	return 0;
}

static void
what_the_parent_ignores_and_blocks_is_not_passed_on(void **state)
{
	const struct spawn_job job = {.function = signals_are_default};
	sigset_t some, before;
	pid_t pid;
	int status;

	(void)state;
	sigemptyset(&some);
	sigaddset(&some, SIGUSR1);
	sigprocmask(SIG_BLOCK, &some, &before);
	signal(SIGTERM, SIG_IGN);
	pid = fork();
	if (pid == 0) {
		signal(SIGCHLD, SIG_IGN);
		spawn_become(&job, getppid(), -1, -1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 0);
	signal(SIGTERM, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static int
death_signal(void *context)
{
	int number = 0;

	(void)context;
	return prctl(PR_GET_PDEATHSIG, &number) == 0 ? number : -1;
}

static void
a_parent_that_dies_takes_its_child_along(void **state)
{
	struct spawn_job job = {.function = death_signal};

	(void)state;
	assert_int_equal(child_code(&job, getpid(), -1, -1), SIGKILL);
	job.death_signal = SIGTERM;
	assert_int_equal(child_code(&job, getpid(), -1, -1), SIGTERM);
}

/* Answers on stdout what it finds on stdin. */
static int
echo(void *context)
{
	char byte = 0;

	(void)context;
	return read(0, &byte, 1) == 1 && write(1, &byte, 1) == 1 ? 0 : 1;
}

/* A parent that had 0 and 1 closed finds its pipes there, and crosswise at that. */
static int
crossed_run(int input_fd, int output_fd)
{
	const struct spawn_job job = {.function = echo};
	int lifted_input = fcntl(input_fd, F_DUPFD_CLOEXEC, 40);
	int lifted_output = fcntl(output_fd, F_DUPFD_CLOEXEC, 40);

	if (dup2(lifted_input, 1) != 1 || dup2(lifted_output, 0) != 0)
		return 2;
	pid_t parent = getpid(), pid = fork();
	int status = -1;

	if (pid == 0)
		spawn_become(&job, parent, 1, 0);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

static void
pipes_that_lie_crosswise_on_the_standard_descriptors_are_put_right(void **state)
{
	int in[2], out[2], status;
	char byte = 0;

	(void)state;
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	assert_int_equal(write(in[1], "x", 1), 1);
	/* In a process of its own: the descriptors of the test stay as they are. */
	pid_t pid = fork();

	if (pid == 0)
		_exit(crossed_run(in[0], out[1]));
	close(out[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(read(out[0], &byte, 1), 1);
	assert_int_equal(byte, 'x');
	close(in[0]);
	close(in[1]);
	close(out[0]);
}

static int
standard_is_null(void *context)
{
	char byte;

	(void)context;
	return read(0, &byte, 1) == 0 && write(1, "x", 1) == 1 && write(2, "x", 1) == 1 ? 0 : 1;
}

static void
without_pipes_it_reads_nothing_and_writes_to_nowhere(void **state)
{
	const struct spawn_job job = {.function = standard_is_null};

	(void)state;
	assert_int_equal(child_code(&job, getpid(), -1, -1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_whose_parent_has_died_does_nothing),
		cmocka_unit_test(a_program_that_is_not_there_is_127),
		cmocka_unit_test(only_what_is_kept_stays_open_in_whatever_order_it_is_named),
		cmocka_unit_test(what_the_parent_ignores_and_blocks_is_not_passed_on),
		cmocka_unit_test(a_parent_that_dies_takes_its_child_along),
		cmocka_unit_test(
			pipes_that_lie_crosswise_on_the_standard_descriptors_are_put_right),
		cmocka_unit_test(without_pipes_it_reads_nothing_and_writes_to_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
