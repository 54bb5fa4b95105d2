/* SPDX-License-Identifier: GPL-2.0-or-later */
/* validate-all, by the worker and by the agent: the parameters first, the node only when asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "actions.h"
#include "validate.h"
#include "volume/volume_check.h"

static struct {
	enum status parameters, node;
	unsigned int level;
	int checks;
} played;

enum status
validate_strictly(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason)
{
	(void)call;
	(void)wanted;
	if (played.parameters == STATUS_OK)
		return STATUS_OK;
	return reason_set(reason, played.parameters, "wrong");
}

enum status
volume_check(const struct wanted *wanted, unsigned int level, struct deadline deadline,
	struct reason *reason)
{
	(void)wanted;
	(void)deadline;
	played.checks++;
	played.level = level;
	return played.node == STATUS_OK ? STATUS_OK : reason_set(reason, played.node, "found");
}

static int
validate(action_handler *handler, unsigned int depth, struct reason *reason)
{
	const struct ocf_call call = {.action = "validate-all", .depth = depth};
	const struct wanted wanted = {.instance = NULL};

	memset(reason, 0, sizeof(*reason));
	played.checks = 0;
	return handler(&call, &wanted, reason);
}

static int
begin(void **state)
{
	(void)state;
	memset(&played, 0, sizeof(played));
	return 0;
}

static void
level_0_looks_at_no_node(void **state)
{
	struct reason reason;

	(void)state;
	played.node = STATUS_NO_DEVICE;
	assert_int_equal(validate(action_validate, 0, &reason), OCF_SUCCESS);
	assert_int_equal(validate(action_validate_quick, 0, &reason), OCF_SUCCESS);
	assert_int_equal(played.checks, 0);
	assert_string_equal(reason.text, "");
}

static void
a_higher_level_is_handed_to_the_look_at_the_node(void **state)
{
	struct reason reason;

	(void)state;
	assert_int_equal(validate(action_validate, 20, &reason), OCF_SUCCESS);
	assert_int_equal(played.level, 20);
	played.node = STATUS_NO_DEVICE;
	assert_int_equal(validate(action_validate, 10, &reason),
		ocf_code_of_failure(STATUS_NO_DEVICE, OCF_DOING_VALIDATE));
	assert_int_equal(played.level, 10);
	assert_string_equal(reason.text, "no-device: found");
}

static void
a_wrong_parameter_comes_before_the_node(void **state)
{
	struct reason reason;

	(void)state;
	played.parameters = STATUS_UNKNOWN_PARAMETER;
	assert_int_equal(validate(action_validate, 20, &reason),
		ocf_code_of_failure(STATUS_UNKNOWN_PARAMETER, OCF_DOING_VALIDATE));
	assert_int_equal(played.checks, 0);
	assert_int_equal(validate(action_validate_quick, 0, &reason),
		ocf_code_of_failure(STATUS_UNKNOWN_PARAMETER, OCF_DOING_VALIDATE));
	assert_int_not_equal(validate(action_validate_quick, 0, &reason), OCF_SUCCESS);
}

static void
the_agent_passes_higher_levels_on_and_has_said_nothing(void **state)
{
	struct reason reason;

	(void)state;
	played.parameters = STATUS_BAD_PARAMETER;
	assert_int_equal(validate(action_validate_quick, 10, &reason), ACTION_PASS_ON);
	assert_string_equal(reason.text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(level_0_looks_at_no_node, begin),
		cmocka_unit_test_setup(a_higher_level_is_handed_to_the_look_at_the_node, begin),
		cmocka_unit_test_setup(a_wrong_parameter_comes_before_the_node, begin),
		cmocka_unit_test_setup(the_agent_passes_higher_levels_on_and_has_said_nothing,
			begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
