/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words become options, parameters and an operand; the tables they are looked up in are sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cli/command.h"

static enum status
read_words(const char *command, char **words, struct command_call *call)
{
	struct reason reason = {0};

	*call = (struct command_call){.row = command_row_find(command)};
	assert_non_null(call->row);
	enum status status = command_line_read(words, call, &reason);

	assert_true((status == STATUS_OK) == (reason.text[0] == '\0'));
	return status;
}

#define WORDS(...) ((char *[]){__VA_ARGS__, NULL})
#define W(text) ((char[]){text})

static void
a_value_stands_behind_an_equals_sign_or_a_blank(void **state)
{
	struct command_call call;

	(void)state;
	assert_int_equal(read_words("open", WORDS(W("--luks-uuid=x"), W("--device"), W("/dev/y")),
				 &call),
		STATUS_OK);
	assert_string_equal(call.param_texts[PARAM_luks_uuid], "x");
	assert_string_equal(call.param_texts[PARAM_device], "/dev/y");
	assert_null(call.operand);
}

static void
a_switch_takes_no_word_and_may_be_set_to_no(void **state)
{
	struct command_call call;

	(void)state;
	assert_int_equal(read_words("open", WORDS(W("--read-only"), W("name")), &call), STATUS_OK);
	assert_string_equal(call.param_texts[PARAM_read_only], "yes");
	assert_string_equal(call.operand, "name");
	assert_int_equal(read_words("open", WORDS(W("--read-only=no")), &call), STATUS_OK);
	assert_string_equal(call.param_texts[PARAM_read_only], "no");
}

static void
what_is_unknown_missing_or_twice_is_refused(void **state)
{
	struct command_call call;

	(void)state;
	assert_int_equal(read_words("open", WORDS(W("--luks_uuid=x")), &call), STATUS_BAD_REQUEST);
	assert_int_equal(read_words("open", WORDS(W("--luks-uui=x")), &call), STATUS_BAD_REQUEST);
	assert_int_equal(read_words("open", WORDS(W("--device")), &call), STATUS_BAD_REQUEST);
	assert_int_equal(read_words("open", WORDS(W("--device=")), &call), STATUS_BAD_REQUEST);
	assert_int_equal(read_words("open", WORDS(W("--device=a"), W("--device=b")), &call),
		STATUS_BAD_REQUEST);
	assert_int_equal(read_words("open", WORDS(W("a"), W("b")), &call), STATUS_BAD_REQUEST);
	assert_int_equal(read_words("format", WORDS(W("--luks1")), &call), STATUS_BAD_REQUEST);
	assert_int_equal(read_words("explain", WORDS(W("--device=a")), &call), STATUS_BAD_REQUEST);
}

static void
options_end_with_two_dashes(void **state)
{
	struct command_call call;

	(void)state;
	assert_int_equal(read_words("open", WORDS(W("--"), W("--odd-name")), &call), STATUS_OK);
	assert_string_equal(call.operand, "--odd-name");
}

static void
no_option_has_the_name_of_a_parameter_and_every_row_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		assert_null(param_row_find(option_rows[i].name));
		assert_non_null(option_rows[i].brief);
		assert_non_null(option_rows[i].help);
	}
	for (size_t i = 0; i < command_row_count; i++) {
		assert_non_null(command_rows[i].handler);
		assert_non_null(command_rows[i].brief);
		assert_non_null(command_rows[i].help);
		assert_ptr_equal(command_row_find(command_rows[i].name), &command_rows[i]);
	}
	assert_null(command_row_find("ope"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_stands_behind_an_equals_sign_or_a_blank),
		cmocka_unit_test(a_switch_takes_no_word_and_may_be_set_to_no),
		cmocka_unit_test(what_is_unknown_missing_or_twice_is_refused),
		cmocka_unit_test(options_end_with_two_dashes),
		cmocka_unit_test(no_option_has_the_name_of_a_parameter_and_every_row_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
