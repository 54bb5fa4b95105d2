/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child answers in time or not at all, and its caller goes on either way. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "volume/bounded.h"

struct numbers {
	int given, answered;
};

static enum status
double_it(void *context, struct reason *reason)
{
	struct numbers *numbers = context;

	(void)reason;
	numbers->answered = 2 * numbers->given;
	return STATUS_OK;
}

static enum status
refuse(void *context, struct reason *reason)
{
	(void)context;
	return reason_set(reason, STATUS_NOT_LUKS, "it is something else");
}

static enum status
hang(void *context, struct reason *reason)
{
	(void)context;
	(void)reason;
	while (pause() != 0)
		continue;
	return STATUS_OK;
}

static enum status
die(void *context, struct reason *reason)
{
	(void)context;
	(void)reason;
	raise(SIGSEGV);
	return STATUS_OK;
}

static void
test_what_the_child_wrote_comes_back(void **state)
{
	struct numbers numbers = {.given = 21};
	struct reason reason = {0};

	(void)state;
	assert_int_equal(bounded_run(double_it, "it", &numbers, sizeof(numbers),
				 deadline_in_ms(5000), &reason),
		STATUS_OK);
	assert_int_equal(numbers.answered, 42);
}

static void
test_a_refusal_comes_back_with_its_reason(void **state)
{
	struct numbers numbers = {0};
	struct reason reason = {0};

	(void)state;
	assert_int_equal(bounded_run(refuse, "it", &numbers, sizeof(numbers), deadline_in_ms(5000),
				 &reason),
		STATUS_NOT_LUKS);
	assert_string_equal(reason.text, "not-luks: it is something else");
}

static void
test_a_hung_child_is_left_at_the_deadline(void **state)
{
	struct numbers numbers = {.given = 1};
	struct reason reason = {0};
	int64_t began_ms = clock_now_ms();

	(void)state;
	assert_int_equal(bounded_run(hang, "/dev/it", &numbers, sizeof(numbers),
				 deadline_in_ms(200), &reason),
		STATUS_TIMED_OUT);
	assert_in_range(clock_now_ms() - began_ms, 150, 5000);
	assert_non_null(strstr(reason.text, "/dev/it"));
	assert_int_equal(numbers.answered, 0);
}

static void
test_a_child_that_dies_has_not_answered(void **state)
{
	struct numbers numbers = {0};
	struct reason reason = {0};

	(void)state;
	assert_int_equal(bounded_run(die, "it", &numbers, sizeof(numbers), deadline_in_ms(5000),
				 &reason),
		STATUS_INTERNAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_the_child_wrote_comes_back),
		cmocka_unit_test(test_a_refusal_comes_back_with_its_reason),
		cmocka_unit_test(test_a_hung_child_is_left_at_the_deadline),
		cmocka_unit_test(test_a_child_that_dies_has_not_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
