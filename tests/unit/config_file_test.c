/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration file's text is read strictly, and each mistake is named by its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cli/config_file.h"

static enum status
parse(const char *text, struct variables *variables, struct reason *reason)
{
	owned_secret bytes = {0};

	*reason = (struct reason){0};
	assert_int_equal(secret_copy(text, strlen(text), &bytes), STATUS_OK);
	return config_text_parse(&bytes, "/etc/x.conf", variables, reason);
}

static void
quotes_comments_and_carriage_returns_are_read_as_systemd_reads_them(void **state)
{
	owned_variables variables = {0};
	struct reason reason;

	(void)state;
	assert_int_equal(
		parse("# first\r\n; second\n\n device = /dev/x \r\noptions=\"a b\" \nregion='c'",
			&variables, &reason),
		STATUS_OK);
	assert_string_equal(variables_get(&variables, "device"), "/dev/x");
	assert_string_equal(variables_get(&variables, "options"), "a b");
	assert_string_equal(variables_get(&variables, "region"), "c");
	assert_int_equal(variables.count, 3);
}

static void
each_mistake_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *line;
		enum status status;
	} rows[] = {
		{"devise=/dev/x", STATUS_UNKNOWN_PARAMETER},
		{"device", STATUS_BAD_PARAMETER},
		{"device=\"/dev/x", STATUS_BAD_PARAMETER},
		{"device='/dev/x", STATUS_BAD_PARAMETER},
		{"device=/dev/x\\", STATUS_BAD_PARAMETER},
		{"export device=/dev/x", STATUS_BAD_PARAMETER},
		{"device=$(x)", STATUS_BAD_PARAMETER},
		{"device=${x}", STATUS_BAD_PARAMETER},
		{"device=`x`", STATUS_BAD_PARAMETER},
		{"region=twice", STATUS_BAD_PARAMETER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		owned_variables variables = {0};
		struct reason reason;
		char text[128];

		snprintf(text, sizeof(text), "# one\nregion=x\n%s\nfstype=xfs\n", rows[i].line);
		assert_int_equal(parse(text, &variables, &reason), rows[i].status);
		assert_non_null(strstr(reason.text, "/etc/x.conf line 3: "));
		assert_int_equal(variables.count, 0);
	}
}

static void
a_byte_order_mark_is_refused(void **state)
{
	owned_variables variables = {0};
	struct reason reason;

	(void)state;
	assert_int_equal(parse("\xef\xbb\xbfregion=x\n", &variables, &reason),
		STATUS_BAD_PARAMETER);
	assert_non_null(strstr(reason.text, "byte order mark"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			quotes_comments_and_carriage_returns_are_read_as_systemd_reads_them),
		cmocka_unit_test(each_mistake_is_refused_with_its_line),
		cmocka_unit_test(a_byte_order_mark_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
