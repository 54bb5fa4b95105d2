/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classes, and the deadline. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "aws/retry.h"
#include <cmocka.h>

static void
only_what_can_pass_is_tried_again(void **state)
{
	(void)state;
	assert_true(retry_helps(STATUS_THROTTLED));
	assert_true(retry_helps(STATUS_CERTIFICATE_TIME));
	assert_false(retry_helps(STATUS_DENIED));
	assert_false(retry_helps(STATUS_UNTRUSTED));
	assert_false(retry_helps(STATUS_NO_PARAMETER));
	assert_false(retry_helps(STATUS_BAD_CREDENTIALS));
}

static void
no_wait_begins_when_no_try_would_fit(void **state)
{
	int64_t begun_ms = clock_now_ms();

	(void)state;
	assert_false(retry_wait(STATUS_UNREACHABLE, 9, 0, deadline_in_ms(100)));
	assert_true(clock_now_ms() - begun_ms < 90);
	assert_true(retry_wait(STATUS_THROTTLED, 9, 0, deadline_in_ms(600)));
	assert_true(clock_now_ms() - begun_ms < 500);
}

static void
what_the_other_side_asks_for_is_honoured_within_bounds(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		/* More than the first pause can be by itself. */
		assert_in_range(retry_next_ms(STATUS_UNREACHABLE, 0, 3000, 60000), 3000, 3000);
		assert_in_range(retry_next_ms(STATUS_THROTTLED, 0, 3600000, 60000), 20000, 20000);
		/* Never so long that no try fits behind it. */
		assert_in_range(retry_next_ms(STATUS_THROTTLED, 0, 20000, 4300), 2000, 2000);
		assert_in_range(retry_next_ms(STATUS_THROTTLED, 9, 0, 100), 0, 0);
	}
}

static void
the_next_region_is_asked_after_trouble_and_never_after_a_refusal(void **state)
{
	(void)state;
	assert_true(retry_elsewhere(STATUS_UNREACHABLE, 0));
	assert_true(retry_elsewhere(STATUS_SERVICE_TROUBLE, 503));
	assert_true(retry_elsewhere(STATUS_THROTTLED, 400));
	assert_true(retry_elsewhere(STATUS_BAD_REPLY, 0));
	assert_false(retry_elsewhere(STATUS_BAD_REPLY, 403));
	assert_false(retry_elsewhere(STATUS_NO_PARAMETER, 400));
	assert_false(retry_elsewhere(STATUS_DENIED, 400));
	assert_false(retry_elsewhere(STATUS_BAD_CREDENTIALS, 400));
	assert_false(retry_elsewhere(STATUS_UNTRUSTED, 0));
	assert_false(retry_elsewhere(STATUS_PROXY_REFUSED, 0));
	assert_false(retry_elsewhere(STATUS_METADATA_UNREACHABLE, 0));
}

static void
a_share_is_half_of_what_is_left_within_bounds(void **state)
{
	(void)state;
	assert_in_range(deadline_left_ms(retry_share(deadline_in_ms(60000))), 9900, 10000);
	assert_in_range(deadline_left_ms(retry_share(deadline_in_ms(8000))), 3900, 4000);
	assert_in_range(deadline_left_ms(retry_share(deadline_in_ms(1000))), 900, 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_can_pass_is_tried_again),
		cmocka_unit_test(no_wait_begins_when_no_try_would_fit),
		cmocka_unit_test(what_the_other_side_asks_for_is_honoured_within_bounds),
		cmocka_unit_test(the_next_region_is_asked_after_trouble_and_never_after_a_refusal),
		cmocka_unit_test(a_share_is_half_of_what_is_left_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
