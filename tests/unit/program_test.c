/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program of root's choice: its output, its end, and that nothing of it stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "creds/program.h"

static enum status
shell_run(char *script, int64_t limit_ms, struct secret *ret_output, struct program_end *ret_end)
{
	char shell[] = "/bin/sh", option[] = "-c", variable[] = "A=b c";
	char *const arguments[] = {shell, option, script, NULL};
	char *const environment[] = {variable, NULL};

	return program_run(arguments, environment, deadline_in_ms(limit_ms), ret_output, ret_end);
}

static void
output_and_exit_code_are_told(void **state)
{
	char script[] = "echo \"$A\"; echo secret >&2; exit 3";
	owned_secret output = {0};
	struct program_end end;

	(void)state;
	assert_int_equal(shell_run(script, 5000, &output, &end), STATUS_OK);
	assert_string_equal(output.bytes, "b c\n");
	assert_int_equal(end.exit_code, 3);
	assert_false(end.timed_out);
}

static void
a_program_that_is_not_there_is_exit_code_127(void **state)
{
	char path[] = "/nowhere/at/all";
	char *const arguments[] = {path, NULL}, *const none[] = {NULL};
	owned_secret output = {0};
	struct program_end end;

	(void)state;
	assert_int_equal(program_run(arguments, none, deadline_in_ms(5000), &output, &end),
		STATUS_OK);
	assert_int_equal(end.exit_code, 127);
}

static void
what_the_program_leaves_behind_is_killed_with_it(void **state)
{
	char script[] = "sleep 60 >/dev/null & echo $!";
	owned_secret output = {0};
	struct program_end end;

	(void)state;
	assert_int_equal(shell_run(script, 5000, &output, &end), STATUS_OK);
	assert_false(end.timed_out);

	pid_t left = (pid_t)strtol(output.bytes, NULL, 10);

	assert_true(left > 1);
	for (unsigned int i = 0; i < 100 && kill(left, 0) == 0; i++)
		deadline_pause_ms(deadline_in_ms(1000), 20);
	/* Whoever adopted it may not have reaped it yet, but it does not run. */
	char path[64], line[256] = "";

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)left);

	owned_file file = fopen(path, "r");

	assert_true(file == NULL || fgets(line, sizeof(line), file) == NULL ||
		strstr(line, ") Z") != NULL);
}

static void
the_deadline_ends_a_program_that_waits(void **state)
{
	char script[] = "trap '' TERM; echo begun; sleep 60";
	owned_secret output = {0};
	struct program_end end;

	(void)state;
	assert_int_equal(shell_run(script, 300, &output, &end), STATUS_OK);
	assert_true(end.timed_out);
}

static void
output_without_end_is_refused(void **state)
{
	char script[] = "while :; do echo 0123456789; done";
	owned_secret output = {0};
	struct program_end end;

	(void)state;
	assert_int_equal(shell_run(script, 5000, &output, &end), STATUS_BAD_VALUE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_and_exit_code_are_told),
		cmocka_unit_test(a_program_that_is_not_there_is_exit_code_127),
		cmocka_unit_test(what_the_program_leaves_behind_is_killed_with_it),
		cmocka_unit_test(the_deadline_ends_a_program_that_waits),
		cmocka_unit_test(output_without_end_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
