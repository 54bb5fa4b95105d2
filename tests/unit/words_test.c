/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words as Python's shlex.split gives them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "creds/words.h"

/* The words with a bar behind each. */
static void
words_show(const struct words *words, char ret_text[static 200])
{
	ret_text[0] = '\0';
	for (size_t i = 0; i < words->count; i++) {
		strcat(ret_text, words->list[i]);
		strcat(ret_text, "|");
	}
	assert_null(words->list[words->count]);
}

static void
lines_are_split_as_shlex_does(void **state)
{
	/* The right side is what Python 3.11 and 3.13 answer. */
	static const char *const rows[][2] = {
		{"", ""},
		{" \t ", ""},
		{"a b\tc\nd", "a|b|c|d|"},
		{"'a b' \"c d\"", "a b|c d|"},
		{"a'b'c\"d\"e", "abcde|"},
		{"'' \"\" x", "||x|"},
		{"a\\ b", "a b|"},
		{"'a\\ b'", "a\\ b|"},
		{"\"a\\\"b\"", "a\"b|"},
		{"\"a\\\\b\"", "a\\b|"},
		{"\"a\\nb\"", "a\\nb|"},
		{"a # b", "a|#|b|"},
		{"$HOME `x` ; | > * ~", "$HOME|`x`|;|||>|*|~|"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		owned_words words = {0};
		char text[200];

		assert_int_equal(words_split(rows[i][0], &words), STATUS_OK);
		words_show(&words, text);
		assert_string_equal(text, rows[i][1]);
	}
}

static void
lines_that_do_not_end_are_refused(void **state)
{
	static const char *const lines[] = {"'", "\"", "a 'b", "a \"b\\\"", "\\", "a \\"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		owned_words words = {0};

		assert_int_equal(words_split(lines[i], &words), STATUS_BAD_VALUE);
		assert_int_equal(words.count, 0);
	}
}

static void
more_words_than_there_is_room_for_are_refused(void **state)
{
	char line[2 * WORDS_MOST + 3] = "";
	owned_words most = {0}, more = {0};

	(void)state;
	for (size_t i = 0; i < WORDS_MOST; i++)
		strcat(line, "w ");
	assert_int_equal(words_split(line, &most), STATUS_OK);
	assert_int_equal(most.count, WORDS_MOST);
	strcat(line, "w");
	assert_int_equal(words_split(line, &more), STATUS_BAD_VALUE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_split_as_shlex_does),
		cmocka_unit_test(lines_that_do_not_end_are_refused),
		cmocka_unit_test(more_words_than_there_is_room_for_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
