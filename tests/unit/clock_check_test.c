/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of a clock. The clock, what the kernel says of it, and the log are this file's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include <cmocka.h>

#include "base/log.h"
#include "volume/clock_check.h"

static struct {
	time_t now_s;
	int answer, status;
	int lines;
	enum log_level level;
} node;

time_t
time(time_t *ret_s)
{
	if (ret_s != NULL)
		*ret_s = node.now_s;
	return node.now_s;
}

int
adjtimex(struct timex *about)
{
	assert_int_equal(about->modes, 0);
	about->status = node.status;
	return node.answer;
}

void
log_write(enum log_level level, const char *format, ...)
{
	(void)format;
	node.lines++;
	node.level = level;
}

static void
look(time_t now_s, int answer, int status)
{
	node.now_s = now_s;
	node.answer = answer;
	node.status = status;
	node.lines = 0;
	clock_check();
}

static void
a_clock_that_is_kept_has_nothing_said_of_it(void **state)
{
	(void)state;
	look(1764000000, TIME_OK, 0);
	assert_int_equal(node.lines, 0);
	look(1704067200, TIME_OK, 0);
	assert_int_equal(node.lines, 0);
}

static void
a_clock_before_this_program_is_warned_of(void **state)
{
	(void)state;
	look(1704067199, TIME_OK, 0);
	assert_int_equal(node.lines, 1);
	assert_int_equal(node.level, LOG_LEVEL_WARNING);
	/* The worse of the two is said alone. */
	look(0, TIME_ERROR, STA_UNSYNC);
	assert_int_equal(node.lines, 1);
	assert_int_equal(node.level, LOG_LEVEL_WARNING);
}

static void
a_clock_that_nothing_keeps_is_noted(void **state)
{
	(void)state;
	look(1764000000, TIME_ERROR, STA_UNSYNC);
	assert_int_equal(node.lines, 1);
	assert_int_equal(node.level, LOG_LEVEL_NOTICE);
	/* TIME_ERROR for another cause, or a call that this process may not make. */
	look(1764000000, TIME_ERROR, STA_PLL);
	assert_int_equal(node.lines, 0);
	look(1764000000, -1, 0);
	assert_int_equal(node.lines, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_that_is_kept_has_nothing_said_of_it),
		cmocka_unit_test(a_clock_before_this_program_is_warned_of),
		cmocka_unit_test(a_clock_that_nothing_keeps_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
