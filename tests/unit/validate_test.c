/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Proves the order in which a configuration is refused, and what start forgives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lookup.h"
#include "validate.h"

static int
environment_clear(void **state)
{
	(void)state;
	return clearenv();
}

static void
a_clone_is_refused_before_its_parameters(void **state)
{
	struct ocf_call call = {.is_clone = true};
	struct params params;
	struct wanted wanted = {.params = &params};
	struct reason reason = {0};

	(void)state;
	PARAMS_LOAD(&params, "device=/dev/x");
	assert_int_equal(validate_parameters(&call, &wanted, &reason), STATUS_CLONE);
	assert_int_equal(reason.status, STATUS_CLONE);
}

static void
the_problem_of_the_parameters_becomes_the_reason(void **state)
{
	struct ocf_call call = {0};
	struct params params;
	struct wanted wanted = {.params = &params};
	struct reason reason = {0};

	(void)state;
	PARAMS_LOAD(&params, REQUIRED, "region=nowhere");
	assert_int_equal(validate_parameters(&call, &wanted, &reason), STATUS_BAD_PARAMETER);
	assert_string_equal(reason.text, params.problem.text);
}

static void
an_unknown_name_is_refused_by_validate_and_forgiven_by_start(void **state)
{
	struct ocf_call call = {0};
	struct params params;
	struct wanted wanted = {.params = &params};
	struct reason reason = {0};

	(void)state;
	setenv("OCF_RESKEY_devize", "/dev/x", 1);
	PARAMS_LOAD(&params, REQUIRED);
	assert_int_equal(validate_parameters(&call, &wanted, &reason), STATUS_OK);
	assert_int_equal(validate_strictly(&call, &wanted, &reason), STATUS_UNKNOWN_PARAMETER);
	assert_non_null(strstr(reason.text, "devize"));
}

static void
a_right_configuration_says_nothing(void **state)
{
	struct ocf_call call = {0};
	struct params params;
	struct wanted wanted = {.params = &params};
	struct reason reason = {0};

	(void)state;
	PARAMS_LOAD(&params, REQUIRED);
	assert_int_equal(validate_strictly(&call, &wanted, &reason), STATUS_OK);
	assert_string_equal(reason.text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_clone_is_refused_before_its_parameters, environment_clear),
		cmocka_unit_test_setup(the_problem_of_the_parameters_becomes_the_reason,
			environment_clear),
		cmocka_unit_test_setup(an_unknown_name_is_refused_by_validate_and_forgiven_by_start,
			environment_clear),
		cmocka_unit_test_setup(a_right_configuration_says_nothing, environment_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
