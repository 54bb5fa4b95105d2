/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stop: proven gone or 1, whatever the cause and whatever the parameters say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "actions.h"
#include "volume/volume.h"

static enum status outcome;
static struct deadline given;

enum status
volume_stop(const struct wanted *wanted, struct deadline deadline, struct reason *reason)
{
	(void)wanted;
	given = deadline;
	return outcome == STATUS_OK ? STATUS_OK : reason_set(reason, outcome, "left");
}

static int
stop(struct reason *reason)
{
	static const struct params broken = {.problem = {.status = STATUS_MISSING_PARAMETER}};
	const struct wanted wanted = {.params = &broken, .instance = "vol"};
	const struct ocf_call call = {.action = "stop",
		.instance = "vol",
		.deadline = {.at_ms = 1000},
		.end = {.at_ms = 2000}};

	memset(reason, 0, sizeof(*reason));
	return action_stop(&call, &wanted, reason);
}

static void
what_is_proven_gone_is_0_whatever_the_parameters_say(void **state)
{
	struct reason reason;

	(void)state;
	outcome = STATUS_OK;
	assert_int_equal(stop(&reason), OCF_SUCCESS);
	assert_string_equal(reason.text, "");
	assert_int_equal(given.at_ms, 2000);
}

/* A 2, 5 or 6 of stop would fence the node and keep the volume from every other. */
static void
every_failure_is_1(void **state)
{
	struct reason reason;

	(void)state;
	for (unsigned int i = 0; i < STATUS_COUNT; i++) {
		outcome = (enum status)i;
		if (outcome == STATUS_OK)
			continue;
		assert_int_equal(stop(&reason), OCF_ERR_GENERIC);
		assert_int_equal(reason.status, outcome);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_proven_gone_is_0_whatever_the_parameters_say),
		cmocka_unit_test(every_failure_is_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
