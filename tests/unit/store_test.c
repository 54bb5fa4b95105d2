/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of a listing are taken apart whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cli/store.h"

static void
parse(const char *text, struct store_rows *rows)
{
	assert_int_equal(store_rows_parse(text, strlen(text), rows), STATUS_OK);
}

static void
a_row_has_its_columns_also_the_empty_ones(void **state)
{
	owned_store_rows rows = {0};

	(void)state;
	parse("/a\t1\tString\t5\t\tx,y\tdescribed\n/b\t2\t\t\t\t\t\n", &rows);
	assert_int_equal(rows.count, 2);
	assert_string_equal(rows.rows[0][STORE_NAME], "/a");
	assert_string_equal(rows.rows[0][STORE_KEY], "");
	assert_string_equal(rows.rows[0][STORE_LABELS], "x,y");
	assert_string_equal(rows.rows[0][STORE_DESCRIPTION], "described");
	assert_string_equal(rows.rows[1][STORE_VERSION], "2");
	assert_string_equal(rows.rows[1][STORE_DESCRIPTION], "");
}

static void
lines_with_too_few_or_too_many_columns_are_left_out(void **state)
{
	owned_store_rows rows = {0};

	(void)state;
	parse("/a\t1\n/b\t2\t\t\t\t\t\n/c\t\t\t\t\t\t\t\n/d\t\t\t\t\t\tno newline", &rows);
	assert_int_equal(rows.count, 1);
	assert_string_equal(rows.rows[0][STORE_NAME], "/b");
}

static void
nothing_is_no_row(void **state)
{
	owned_store_rows rows = {0};

	(void)state;
	parse("", &rows);
	assert_int_equal(rows.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_has_its_columns_also_the_empty_ones),
		cmocka_unit_test(lines_with_too_few_or_too_many_columns_are_left_out),
		cmocka_unit_test(nothing_is_no_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
