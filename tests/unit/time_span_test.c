/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spans of time as systemd.time(7) has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "params/time_span.h"

#define WEEK_MS (INT64_C(7) * 24 * 3600 * 1000)

static int64_t
parsed(const char *text)
{
	return time_span_parse_ms(text, text + strlen(text));
}

static void
numbers_and_units_add_up(void **state)
{
	(void)state;
	assert_int_equal(parsed("90"), 90000);
	assert_int_equal(parsed("250ms"), 250);
	assert_int_equal(parsed("1min30s"), 90000);
	assert_int_equal(parsed("1min 30s"), 90000);
	assert_int_equal(parsed("2h"), 7200000);
}

static void
a_week_is_the_longest(void **state)
{
	(void)state;
	assert_int_equal(parsed("infinity"), WEEK_MS);
	assert_int_equal(parsed("99999999999999999999h"), WEEK_MS);
}

static void
what_is_no_time_is_refused_and_the_end_is_kept_to(void **state)
{
	static const char text[] = "10s,noatime";

	(void)state;
	assert_int_equal(parsed(""), -1);
	assert_int_equal(parsed("soon"), -1);
	assert_int_equal(parsed("10 parsecs"), -1);
	assert_int_equal(parsed("-1"), -1);
	assert_int_equal(time_span_parse_ms(text, text + 3), 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_units_add_up),
		cmocka_unit_test(a_week_is_the_longest),
		cmocka_unit_test(what_is_no_time_is_refused_and_the_end_is_kept_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
