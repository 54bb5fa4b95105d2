/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The README's table: a bar in a text would begin a column, and the table would fall apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/own.h"
#include "params/render.h"

static void
each_row_has_the_four_columns_of_the_head(void **state)
{
	owned_text text = NULL;
	size_t length_bytes, rows = 0;
	FILE *out = open_memstream(&text, &length_bytes);

	(void)state;
	render_readme(out);
	fclose(out);
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"), rows++) {
		size_t bars = 0;

		for (const char *c = line; *c != '\0'; c++)
			bars += *c == '|';
		if (bars != 5 || line[0] != '|' || line[strlen(line) - 1] != '|')
			fail_msg("not four columns: %s", line);
	}
	assert_int_equal(rows, PARAM_COUNT + 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_has_the_four_columns_of_the_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
