/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reason line: who writes first, that it stays one line, and how it is cut. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/reason.h"

static void
a_reason_is_the_code_and_the_text(void **state)
{
	struct reason reason = {0};

	(void)state;
	assert_int_equal(reason_set(&reason, STATUS_NO_DEVICE, "%s is not there", "/dev/x"),
		STATUS_NO_DEVICE);
	assert_int_equal(reason.status, STATUS_NO_DEVICE);
	assert_string_equal(reason.text, "no-device: /dev/x is not there");
}

static void
the_first_writer_wins_and_the_second_keeps_its_status(void **state)
{
	struct reason reason = {0};

	(void)state;
	assert_int_equal(reason_set(&reason, STATUS_NO_DEVICE, "first"), STATUS_NO_DEVICE);
	assert_int_equal(reason_set(&reason, STATUS_TIMED_OUT, "second"), STATUS_TIMED_OUT);
	assert_int_equal(reason.status, STATUS_NO_DEVICE);
	assert_string_equal(reason.text, "no-device: first");
}

static void
nobody_need_listen(void **state)
{
	struct reason written = {0};

	(void)state;
	assert_int_equal(reason_set(NULL, STATUS_NO_DEVICE, "unheard"), STATUS_NO_DEVICE);
	assert_int_equal(reason_set(&written, STATUS_NO_DEVICE, "heard"), STATUS_NO_DEVICE);
	assert_int_equal(reason_pass(&written, NULL), STATUS_NO_DEVICE);
}

static void
control_characters_cannot_begin_a_second_line(void **state)
{
	struct reason reason = {0};

	(void)state;
	reason_set(&reason, STATUS_BAD_VALUE,
		"a\nb\rc\td\x1b[2Je\x7f"
		"f");
	assert_null(strpbrk(reason.text, "\n\r\t\x1b\x7f"));
	assert_non_null(strstr(reason.text, "a?b?c?d?[2Je?f"));
}

/* The text behind the code that fills a reason to its last byte. */
static size_t
room_of(enum status status)
{
	return REASON_BYTES - 1 - strlen(status_code(status)) - strlen(": ");
}

static void
what_just_fits_is_not_marked_as_cut(void **state)
{
	struct reason reason = {0};
	char text[REASON_BYTES + 1];

	(void)state;
	memset(text, 'x', sizeof(text));
	reason_set(&reason, STATUS_BAD_VALUE, "%.*s", (int)room_of(STATUS_BAD_VALUE), text);
	assert_int_equal(strlen(reason.text), REASON_BYTES - 1);
	assert_null(strstr(reason.text, "..."));
}

static void
one_byte_too_long_is_marked_in_the_middle(void **state)
{
	struct reason reason = {0};
	char text[REASON_BYTES + 1];

	(void)state;
	memset(text, 'x', sizeof(text));
	reason_set(&reason, STATUS_BAD_VALUE, "%.*s", (int)room_of(STATUS_BAD_VALUE) + 1, text);
	assert_int_equal(strlen(reason.text), REASON_BYTES - 1);
	assert_non_null(strstr(reason.text, "x...x"));
}

static void
a_long_path_does_not_push_out_what_to_do(void **state)
{
	struct reason reason = {0};
	char path[PATH_MAX];

	(void)state;
	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	reason_set(&reason, STATUS_NO_MOUNT_POINT, "%s is not a directory; correct directory",
		path);
	assert_int_equal(strlen(reason.text), REASON_BYTES - 1);
	assert_int_equal(strncmp(reason.text, "no-mount-point: ppp", 19), 0);
	assert_non_null(strstr(reason.text, "ppp is not a directory; correct directory"));
}

/* Counts the bytes that continue a character and must; false when one is missing or too many. */
static bool
text_is_whole_utf8(const char *text)
{
	int missing = 0;

	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if ((byte & 0xc0) == 0x80) {
			if (missing-- == 0)
				return false;
			continue;
		}
		if (missing != 0)
			return false;
		missing = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
	}
	return missing == 0;
}

static void
the_cut_leaves_no_half_character(void **state)
{
	static const char *const characters[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x94\x91"};

	(void)state;
	for (size_t i = 0; i < sizeof(characters) / sizeof(characters[0]); i++) {
		/* Shifted by up to a character, so that the cut falls on each of its bytes. */
		for (int shift = 0; shift < 4; shift++) {
			struct reason reason = {0};
			char text[2 * REASON_BYTES] = "";

			memset(text, 'x', (size_t)shift);
			while (strlen(text) + 5 < sizeof(text))
				strcat(text, characters[i]);
			reason_set(&reason, STATUS_BAD_VALUE, "%s", text);
			assert_true(text_is_whole_utf8(reason.text));
			assert_non_null(strstr(reason.text, "..."));
		}
	}
}

static void
a_reason_is_passed_on_as_it_is_to_an_empty_one_only(void **state)
{
	struct reason inner = {0}, outer = {0}, empty = {0};

	(void)state;
	reason_set(&inner, STATUS_NO_DEVICE, "inner");
	assert_int_equal(reason_pass(&inner, &outer), STATUS_NO_DEVICE);
	assert_string_equal(outer.text, inner.text);
	assert_int_equal(outer.status, STATUS_NO_DEVICE);
	reason_clear(&inner);
	reason_set(&inner, STATUS_TIMED_OUT, "later");
	assert_int_equal(reason_pass(&inner, &outer), STATUS_TIMED_OUT);
	assert_string_equal(outer.text, "no-device: inner");
	assert_int_equal(reason_pass(&empty, &outer), STATUS_OK);
	assert_string_equal(outer.text, "no-device: inner");
}

static void
a_cleared_reason_can_be_written_anew(void **state)
{
	struct reason reason = {0};

	(void)state;
	reason_set(&reason, STATUS_NO_DEVICE, "first");
	reason_clear(&reason);
	assert_int_equal(reason.status, STATUS_OK);
	reason_set(&reason, STATUS_TIMED_OUT, "second");
	assert_int_equal(reason.status, STATUS_TIMED_OUT);
	assert_non_null(strstr(reason.text, "second"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reason_is_the_code_and_the_text),
		cmocka_unit_test(the_first_writer_wins_and_the_second_keeps_its_status),
		cmocka_unit_test(nobody_need_listen),
		cmocka_unit_test(control_characters_cannot_begin_a_second_line),
		cmocka_unit_test(what_just_fits_is_not_marked_as_cut),
		cmocka_unit_test(one_byte_too_long_is_marked_in_the_middle),
		cmocka_unit_test(a_long_path_does_not_push_out_what_to_do),
		cmocka_unit_test(the_cut_leaves_no_half_character),
		cmocka_unit_test(a_reason_is_passed_on_as_it_is_to_an_empty_one_only),
		cmocka_unit_test(a_cleared_reason_can_be_written_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
