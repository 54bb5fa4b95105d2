/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves how a row is run: its handler, the worker in its place, and what is refused before any
 * handler.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "actions.h"
#include "program.h"

static int
handler_seven(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason)
{
	(void)call;
	assert_non_null(wanted->params);
	reason_set(reason, STATUS_NOT_ACTIVE, "seven");
	return OCF_NOT_RUNNING;
}

static int
handler_passing(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason)
{
	(void)call;
	(void)wanted;
	reason_set(reason, STATUS_DOUBT, "left behind by the quick look");
	return ACTION_PASS_ON;
}

/* A table of its own, in place of a program's. */
const struct action_row action_rows[] = {
	{.name = "seven", .handler = handler_seven},
	{.name = "passing", .handler = handler_passing},
	{.name = "worker", .without_worker = OCF_ERR_INSTALLED},
	{.name = "named", .handler = handler_seven, .needs_instance = true},
};
const size_t action_row_count = sizeof(action_rows) / sizeof(action_rows[0]);

void
program_begin(struct ocf_call *call)
{
	(void)call;
}

void
program_end(const struct ocf_call *call, int code)
{
	(void)call;
	(void)code;
}

void
program_tell(const struct ocf_call *call, int code, const struct reason *reason)
{
	check_expected(code);
	check_expected(reason->text);
	(void)call;
}

void
program_pass_on(char **argv, struct reason *reason)
{
	(void)argv;
	reason_set(reason, STATUS_MISSING_SOFTWARE, "no worker");
}

/*
 * Runs an action that must answer CODE with REASON, and prints nothing: Pacemaker asked, and the
 * prefix says whose.
 */
static void
assert_answer(const char *action, const char *instance, int code, const char *reason)
{
	struct ocf_call call = {.action = action,
		.instance = instance,
		.interval = OCF_INTERVAL_SET,
		.reason_prefix = "test: "};
	char *argv[] = {NULL};

	expect_value(program_tell, code, code);
	expect_string(program_tell, reason->text, reason);
	assert_int_equal(action_run(&call, argv), code);
}

static void
the_row_of_the_name_is_run(void **state)
{
	(void)state;
	assert_answer("seven", NULL, OCF_NOT_RUNNING, "not-active: seven");
}

static void
a_row_without_a_handler_is_the_workers(void **state)
{
	(void)state;
	assert_answer("worker", NULL, OCF_ERR_INSTALLED, "missing-software: no worker");
}

static void
without_a_worker_a_look_is_in_doubt_and_forgets_its_first_guess(void **state)
{
	(void)state;
	assert_answer("passing", NULL, OCF_ERR_GENERIC, "missing-software: no worker");
}

static void
an_action_that_is_not_there_is_3(void **state)
{
	(void)state;
	assert_answer("seve", NULL, OCF_ERR_UNIMPLEMENTED,
		"bad-request: this agent has no action \"seve\"; its meta-data lists them");
	assert_answer("", NULL, OCF_ERR_UNIMPLEMENTED,
		"bad-request: this agent has no action \"\"; its meta-data lists them");
}

static void
state_needs_the_name_of_a_resource(void **state)
{
	(void)state;
	assert_answer("named", "data", OCF_NOT_RUNNING, "not-active: seven");
	assert_answer("named", NULL, OCF_ERR_GENERIC,
		"bad-request: OCF_RESOURCE_INSTANCE does not name a resource; run this through Pacemaker or crm_resource");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_row_of_the_name_is_run),
		cmocka_unit_test(a_row_without_a_handler_is_the_workers),
		cmocka_unit_test(without_a_worker_a_look_is_in_doubt_and_forgets_its_first_guess),
		cmocka_unit_test(an_action_that_is_not_there_is_3),
		cmocka_unit_test(state_needs_the_name_of_a_resource),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
