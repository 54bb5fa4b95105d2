/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves which shared memory is taken away: that of a process that is gone and of this very
 * resource, and no other. Makes its files in /dev/shm under a name of its own, and takes them away
 * itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "recorder.h"

#define NAME "luks-ssm(recorder-test)"

/* The number of a process that has just ended. */
static int
dead_pid(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return (int)pid;
}

static void
file_make(char path[static 256], const char *name, int pid, const char *end)
{
	snprintf(path, 256, "/dev/shm/qb-%s-%d-blackbox-%s", name, pid, end);

	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fclose(file);
}

static void
what_a_killed_action_left_is_taken_away(void **state)
{
	char header[256], data[256];
	int pid = dead_pid();

	(void)state;
	file_make(header, NAME, pid, "header");
	file_make(data, NAME, pid, "data");
	recorder_sweep(NAME);
	assert_int_not_equal(access(header, F_OK), 0);
	assert_int_not_equal(access(data, F_OK), 0);
}

/* Sweeps, and says whether the file was still there; removes it in any case. */
static int
survives(const char *path)
{
	recorder_sweep(NAME);

	int is_there = access(path, F_OK) == 0;

	unlink(path);
	return is_there;
}

static void
a_process_that_lives_keeps_its_own(void **state)
{
	char path[256];

	(void)state;
	file_make(path, NAME, (int)getppid(), "header");
	assert_true(survives(path));
	file_make(path, NAME, (int)getpid(), "data");
	assert_true(survives(path));
}

static void
another_resource_and_other_files_are_left_alone(void **state)
{
	char path[256];
	int pid = dead_pid();

	(void)state;
	file_make(path, "luks-ssm(recorder-test-2)", pid, "header");
	assert_true(survives(path));
	file_make(path, NAME, pid, "other");
	assert_true(survives(path));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_killed_action_left_is_taken_away),
		cmocka_unit_test(a_process_that_lives_keeps_its_own),
		cmocka_unit_test(another_resource_and_other_files_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
