/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent's side of the two programs: its column of the table, and how it becomes the worker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actions.h"
#include "program.h"

static int
nothing(void)
{
	return OCF_SUCCESS;
}

int
action_monitor_quick(const struct ocf_call *call, const struct wanted *wanted,
	struct reason *reason)
{
	(void)call;
	(void)wanted;
	(void)reason;
	return nothing();
}

int
action_validate_quick(const struct ocf_call *call, const struct wanted *wanted,
	struct reason *reason)
{
	return action_monitor_quick(call, wanted, reason);
}

static const struct action_row *
row_of(const char *name)
{
	for (size_t i = 0; i < action_row_count; i++) {
		if (strcmp(action_rows[i].name, name) == 0)
			return &action_rows[i];
	}
	return NULL;
}

static void
what_opens_or_closes_is_the_workers(void **state)
{
	static const char *const theirs[] = {"start", "stop", "reload-agent"};

	(void)state;
	for (size_t i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++) {
		assert_non_null(row_of(theirs[i]));
		assert_null(row_of(theirs[i])->handler);
	}
	assert_ptr_equal(row_of("monitor")->handler, action_monitor_quick);
	assert_ptr_equal(row_of("status")->handler, action_monitor_quick);
	assert_ptr_equal(row_of("meta-data")->handler, action_metadata);
	assert_false(row_of("status")->advertised);
}

/* The worker of this test is a script in the working directory: LIBEXECDIR is "." here. */
static void
script_make(mode_t mode)
{
	FILE *script = fopen("luks-ssm-worker", "we");

	assert_non_null(script);
	fputs("#!/bin/sh\necho \"$1 $KEPT\"\nexit 42\n", script);
	fclose(script);
	assert_int_equal(chmod("luks-ssm-worker", mode), 0);
}

static void
it_becomes_the_worker_with_its_arguments_and_its_environment(void **state)
{
	char volume[] = "volume", action[] = "stop", text[32] = "";
	char *arguments[] = {volume, action, NULL};
	int out[2], status;

	(void)state;
	script_make(0700);
	assert_int_equal(pipe(out), 0);
	pid_t pid = fork();

	if (pid == 0) {
		struct reason reason = {0};

		setenv("KEPT", "kept", 1);
		dup2(out[1], STDOUT_FILENO);
		program_pass_on(arguments, &reason);
		_exit(1);
	}
	close(out[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 42);
	assert_true(read(out[0], text, sizeof(text) - 1) > 0);
	close(out[0]);
	assert_string_equal(text, "stop kept\n");
}

static void
without_a_worker_it_says_what_to_install(void **state)
{
	char volume[] = "volume";
	char *arguments[] = {volume, NULL};
	struct reason reason = {0};

	(void)state;
	program_pass_on(arguments, &reason);
	assert_int_equal(reason.status, STATUS_MISSING_SOFTWARE);
	assert_non_null(strstr(reason.text, "No such file"));
	script_make(0600);
	memset(&reason, 0, sizeof(reason));
	program_pass_on(arguments, &reason);
	assert_int_equal(reason.status, STATUS_MISSING_SOFTWARE);
	assert_non_null(strstr(reason.text, "Permission denied"));
}

static int
begin(void **state)
{
	static char directory[] = "/tmp/luks-ssm-XXXXXX";

	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	*state = mkdtemp(directory);
	return *state != NULL ? chdir(directory) : -1;
}

static int
end(void **state)
{
	unlink("luks-ssm-worker");
	return chdir("/") == 0 ? rmdir(*state) : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_opens_or_closes_is_the_workers),
		cmocka_unit_test_setup_teardown(
			it_becomes_the_worker_with_its_arguments_and_its_environment, begin, end),
		cmocka_unit_test_setup_teardown(without_a_worker_it_says_what_to_install, begin,
			end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
