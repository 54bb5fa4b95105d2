/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time that a command has is what its help says, by hand and under systemd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"

static enum status
configured(const char *timeout, struct command_call *call, struct reason *reason)
{
	*call = (struct command_call){.row = command_row_find("status")};
	call->options[OPTION_timeout] = timeout;
	return command_configure(call, reason);
}

static void
expect_seconds(const char *timeout, int64_t seconds)
{
	struct command_call call;
	struct reason reason = {0};

	assert_int_equal(configured(timeout, &call, &reason), STATUS_OK);

	int64_t left_ms = deadline_left_ms(call.deadline);

	assert_true(left_ms <= seconds * 1000 && left_ms > seconds * 1000 - 900);
	command_call_end(&call);
}

static void
a_command_has_the_time_that_its_help_says(void **state)
{
	char pid[32];

	(void)state;
	assert_non_null(strstr(option_rows[OPTION_timeout].help,
		"The default is 120, and 600 under systemd."));
	unsetenv("SYSTEMD_EXEC_PID");
	expect_seconds(NULL, 120);
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	setenv("SYSTEMD_EXEC_PID", pid, 1);
	expect_seconds(NULL, 600);
	expect_seconds("7", 7);
	/* What a service starts is not systemd's own child. */
	snprintf(pid, sizeof(pid), "%ld", (long)getppid());
	setenv("SYSTEMD_EXEC_PID", pid, 1);
	expect_seconds(NULL, 120);
}

static void
a_time_limit_is_seconds_from_1_to_a_day(void **state)
{
	static const char *const bad[] = {"0", "-1", "+5", " 5", "5 ", "1.5", "5m", "5ss", "s",
		"86401", "99999999999999999999", "0x10", "soon"};

	(void)state;
	expect_seconds("1", 1);
	expect_seconds("30s", 30);
	expect_seconds("86400", 86400);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct command_call call;
		struct reason reason = {0};

		assert_int_equal(configured(bad[i], &call, &reason), STATUS_BAD_REQUEST);
		assert_non_null(strstr(reason.text, "must be seconds from 1 to 86400"));
		command_call_end(&call);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_has_the_time_that_its_help_says),
		cmocka_unit_test(a_time_limit_is_seconds_from_1_to_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
