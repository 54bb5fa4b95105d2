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
#include "cli/root_file.h"
#include "invalid_cases.h"

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

static enum status
file_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	owned_variables variables = {0};
	owned_secret bytes = {0};

	(void)path;
	assert_int_equal(secret_copy(text, length_bytes, &bytes), STATUS_OK);
	return config_text_parse(&bytes, "/etc/luks-ssm/x.conf", &variables, reason);
}

static void
malformed_files_are_named_by_their_line(void **state)
{
	(void)state;
	invalid_cases_walk("volumes", file_try);
}

static void
a_wrong_value_is_said_with_the_line_that_set_it(void **state)
{
	owned_variables variables = {0};
	struct reason reason, problem = {0}, missing = {0}, elsewhere = {0}, unquoted = {0};

	(void)state;
	assert_int_equal(parse("# one\nfstype=xfs\nregion=x y\n", &variables, &reason), STATUS_OK);
	reason_set(&problem, STATUS_BAD_PARAMETER, "region=x y: must be a region");
	root_file_locate("/etc/x.conf", &variables, NULL, &problem);
	assert_string_equal(problem.text,
		"bad-parameter: /etc/x.conf line 3: region=x y: must be a region");
	assert_int_equal(problem.status, STATUS_BAD_PARAMETER);
	reason_set(&missing, STATUS_MISSING_PARAMETER, "device is not set");
	root_file_locate("/etc/x.conf", &variables, NULL, &missing);
	assert_string_equal(missing.text, "missing-parameter: /etc/x.conf: device is not set");
	reason_set(&unquoted, STATUS_BAD_PARAMETER, "fstype: means nothing");
	root_file_locate("/etc/x.conf", &variables, NULL, &unquoted);
	assert_string_equal(unquoted.text,
		"bad-parameter: /etc/x.conf line 2: fstype: means nothing");
	/* Given on the command line. */
	reason_set(&elsewhere, STATUS_BAD_PARAMETER, "options=x: must be y");
	root_file_locate("/etc/x.conf", &variables, NULL, &elsewhere);
	assert_string_equal(elsewhere.text, "bad-parameter: options=x: must be y");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			quotes_comments_and_carriage_returns_are_read_as_systemd_reads_them),
		cmocka_unit_test(each_mistake_is_refused_with_its_line),
		cmocka_unit_test(a_byte_order_mark_is_refused),
		cmocka_unit_test(malformed_files_are_named_by_their_line),
		cmocka_unit_test(a_wrong_value_is_said_with_the_line_that_set_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
