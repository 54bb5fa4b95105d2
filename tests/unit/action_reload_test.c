/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reload-agent, with checks and a look that the test plays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "actions.h"
#include "validate.h"
#include "volume/view.h"

static struct {
	enum status parameters;
	enum state state;
	int looks;
} played;

enum status
validate_parameters(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason)
{
	(void)call;
	(void)wanted;
	if (played.parameters == STATUS_OK)
		return STATUS_OK;
	return reason_set(reason, played.parameters, "wrong");
}

/* Not the first look: a resize or a reencryption suspends for moments, and is no failure. */
void
view_take_settled(const struct wanted *wanted, struct deadline deadline, struct view *ret_view)
{
	(void)wanted;
	(void)deadline;
	played.looks++;
	*ret_view = (struct view){.state = played.state};
	if (played.state != STATE_ACTIVE)
		reason_set(&ret_view->reason, STATUS_PARTLY_UP, "seen");
}

void
view_take(const struct wanted *wanted, struct deadline deadline, struct view *ret_view)
{
	(void)wanted;
	(void)deadline;
	*ret_view = (struct view){.state = STATE_UNREADABLE};
}

void
view_end(struct view *view)
{
	(void)view;
}

static int
reload(struct reason *reason)
{
	const struct ocf_call call = {.action = "reload-agent", .instance = "vol"};
	const struct wanted wanted = {.instance = "vol"};

	memset(reason, 0, sizeof(*reason));
	played.looks = 0;
	return action_reload(&call, &wanted, reason);
}

static void
a_wrong_parameter_is_told_without_a_look(void **state)
{
	struct reason reason;

	(void)state;
	played.state = STATE_ACTIVE;
	played.parameters = STATUS_BAD_PARAMETER;
	assert_int_equal(reload(&reason),
		ocf_code_of_failure(STATUS_BAD_PARAMETER, OCF_DOING_RELOAD));
	assert_int_not_equal(reload(&reason), OCF_SUCCESS);
	assert_string_equal(reason.text, "bad-parameter: wrong");
	assert_int_equal(played.looks, 0);
}

static void
what_runs_has_reloaded(void **state)
{
	struct reason reason;

	(void)state;
	played.parameters = STATUS_OK;
	played.state = STATE_ACTIVE;
	assert_int_equal(reload(&reason), OCF_SUCCESS);
	played.state = STATE_FLAGGED;
	assert_int_equal(reload(&reason), OCF_SUCCESS);
}

/* Pacemaker takes a reload for done when it is 0: a volume that does not run has none. */
static void
what_does_not_run_has_not(void **state)
{
	static const enum state others[] = {STATE_ABSENT, STATE_TAKEN, STATE_FAILED, STATE_PARTIAL,
		STATE_DOUBT, STATE_UNREADABLE};
	struct reason reason;

	(void)state;
	played.parameters = STATUS_OK;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		played.state = others[i];
		assert_int_equal(reload(&reason),
			ocf_code_of_failure(STATUS_NOT_ACTIVE, OCF_DOING_RELOAD));
		assert_int_not_equal(reload(&reason), OCF_SUCCESS);
		assert_string_equal(reason.text, "partly-up: seen");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_parameter_is_told_without_a_look),
		cmocka_unit_test(what_runs_has_reloaded),
		cmocka_unit_test(what_does_not_run_has_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
