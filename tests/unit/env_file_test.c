/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The environment file as systemd.exec(5) describes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "creds/env_file.h"

static void
gives(const char *text, const char *value)
{
	owned_variables variables = {0};
	owned_secret copy = {0};

	assert_int_equal(secret_copy(text, strlen(text), &copy), STATUS_OK);
	assert_int_equal(env_file_parse(&copy, &variables, NULL), STATUS_OK);

	const char *found = variables_get(&variables, "A");

	if (value == NULL && found != NULL)
		fail_msg("<%s> gave <%s>", text, found);
	if (value != NULL && (found == NULL || strcmp(found, value) != 0))
		fail_msg("<%s> gave <%s>", text, found != NULL ? found : "nothing");
}

static void
plain_values_lose_the_blanks_around_them(void **state)
{
	(void)state;
	gives("A=b", "b");
	gives("A=b\n", "b");
	gives("  A = b c  \n", "b c");
	gives("A=b#c ;d", "b#c ;d");
	gives("A=b\r\nB=c\r\n", "b");
	gives("A=b=c", "b=c");
	gives("A=it's \"so\"", "it's \"so\"");
}

static void
quotes_keep_what_is_inside_and_parts_are_joined(void **state)
{
	(void)state;
	gives("A=' b \\n '", " b \\n ");
	gives("A=\" b \"", " b ");
	gives("A=\"a\\\"b\\\\c\\$d\\e\"", "a\"b\\c$d\\e");
	gives("A=\"a\"'b'", "ab");
	gives("A=\"a\nb\"", "a\nb");
	gives("A=\"a\\\nb\"", "ab");
}

static void
backslashes_escape_and_continue_lines(void **state)
{
	(void)state;
	gives("A=a\\\nb", "ab");
	gives("A=a\\ \\\"b", "a \"b");
	gives("A=\\\nb", "b");
}

static void
comments_empty_values_and_what_is_no_assignment_give_nothing(void **state)
{
	(void)state;
	gives("#A=b\n;A=c\n", NULL);
	gives("# c \\\nA=b\n", NULL);
	gives("A=\n", NULL);
	gives("A=''\n", NULL);
	gives("A\n", NULL);
	gives("=b\n", NULL);
	gives("export A=b\n", NULL);
	gives("1A=b\nA-B=c\n", NULL);
	gives("", NULL);
	gives("A='never closed", "never closed");
}

static void
the_last_assignment_counts(void **state)
{
	(void)state;
	gives("A=a\nA=b\n", "b");
	gives("A=a\nA=\n", NULL);
}

static void
begins_at(const char *text, unsigned int line, unsigned int expected_open)
{
	owned_variables variables = {0};
	owned_secret copy = {0};
	unsigned int open = 4711;

	assert_int_equal(secret_copy(text, strlen(text), &copy), STATUS_OK);
	assert_int_equal(env_file_parse(&copy, &variables, &open), STATUS_OK);
	if (variables_line(&variables, "A") != line || open != expected_open)
		fail_msg("<%s>: A on line %u, open on line %u", text,
			variables_line(&variables, "A"), open);
}

static void
each_assignment_knows_its_line_and_one_that_is_never_finished_is_named(void **state)
{
	(void)state;
	begins_at("A=b", 1, 0);
	begins_at("# c\r\n\r\nA=b\r\nB=c", 3, 0);
	begins_at("B='x\ny'\nA=b\n", 3, 0);
	begins_at("B=x\\\ny\n  A=b\nA=c", 4, 0);
	begins_at("# c \\\nA=b\nA=c\n", 3, 0);
	begins_at("A=b\nB=\"x\nC=d\n", 1, 2);
	begins_at("B=c\nA='x\\", 2, 2);
	begins_at("\nA=b\\", 2, 2);
	begins_at("A=b\n# \\", 1, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_values_lose_the_blanks_around_them),
		cmocka_unit_test(quotes_keep_what_is_inside_and_parts_are_joined),
		cmocka_unit_test(backslashes_escape_and_continue_lines),
		cmocka_unit_test(comments_empty_values_and_what_is_no_assignment_give_nothing),
		cmocka_unit_test(the_last_assignment_counts),
		cmocka_unit_test(
			each_assignment_knows_its_line_and_one_that_is_never_finished_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
