/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An answer says the same to people and to machines, and nothing in it steers a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "cli/answer.h"

static char *
text_of(const struct answer *answer, bool coloured)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	answer_write_text(answer, out, coloured);
	fclose(out);
	return text;
}

static char *
json_of(const struct answer *answer)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	answer_write_json(answer, out);
	fclose(out);
	return text;
}

static void
members_are_lines_in_their_order(void **state)
{
	struct answer answer = {0};

	(void)state;
	answer_text(answer_root(&answer), "first_one", "a");
	answer_number(answer_root(&answer), "second", 7);
	answer_flag(answer_root(&answer), "third", true);
	owned_text text = text_of(&answer, false);
	assert_string_equal(text,
		"first one:        a\nsecond:           7\nthird:            yes\n");
	answer_end(&answer);
}

static void
empty_texts_and_lists_are_left_out(void **state)
{
	struct answer answer = {0};

	(void)state;
	answer_text(answer_root(&answer), "empty", "");
	answer_text(answer_root(&answer), "none", NULL);
	answer_list(answer_root(&answer), "rows");
	owned_text text = text_of(&answer, false);
	assert_string_equal(text, "");
	answer_end(&answer);
}

static void
rows_are_a_table_with_the_columns_of_all(void **state)
{
	struct answer answer = {0};

	(void)state;
	struct json_object *list = answer_list(answer_root(&answer), "rows");
	struct json_object *row = answer_row(list);

	answer_text(row, "name", "a");
	row = answer_row(list);
	answer_text(row, "name", "longer");
	answer_text(row, "other", "b");
	owned_text text = text_of(&answer, false);
	assert_string_equal(text, "rows:\n  name    other\n  a       \n  longer  b\n");
	answer_end(&answer);
}

static void
bytes_that_steer_a_terminal_become_question_marks(void **state)
{
	struct answer answer = {0};

	(void)state;
	answer_text(answer_root(&answer), "name",
		"a\033[31m\xff\xc2\x9b"
		"31m\xc3\xa4");
	owned_text text = text_of(&answer, false);
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(text, "a?[31m??"));
	assert_non_null(strstr(text, "\xc3\xa4"));
	owned_text json = json_of(&answer);
	assert_null(strchr(json, '\033'));
	answer_end(&answer);
}

static void
colours_come_only_where_they_are_wanted(void **state)
{
	struct answer answer = {0};

	(void)state;
	answer_text(answer_root(&answer), "state", "active");
	owned_text plain = text_of(&answer, false);
	owned_text coloured = text_of(&answer, true);
	assert_null(strchr(plain, '\033'));
	assert_non_null(strchr(coloured, '\033'));
	answer_end(&answer);
}

static void
an_error_is_code_and_text_apart(void **state)
{
	struct answer answer = {0};
	struct reason reason = {0};

	(void)state;
	(void)!reason_set(&reason, STATUS_BUSY, "pid 1 uses it; end it");
	answer_error(&answer, STATUS_BUSY, &reason);
	owned_text json = json_of(&answer);
	assert_non_null(strstr(json, "\"code\":\"busy\""));
	assert_non_null(strstr(json, "\"text\":\"pid 1 uses it; end it\""));
	answer_end(&answer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_lines_in_their_order),
		cmocka_unit_test(empty_texts_and_lists_are_left_out),
		cmocka_unit_test(rows_are_a_table_with_the_columns_of_all),
		cmocka_unit_test(bytes_that_steer_a_terminal_become_question_marks),
		cmocka_unit_test(colours_come_only_where_they_are_wanted),
		cmocka_unit_test(an_error_is_code_and_text_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
