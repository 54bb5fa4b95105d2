/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Proves the parameter table by itself, and the loader that walks it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "lookup.h"
#include "params/params.h"

static void
every_fallback_passes_its_own_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < PARAM_COUNT; i++) {
		char text[256];
		struct params params;

		if (param_rows[i].fallback == NULL)
			continue;
		snprintf(text, sizeof(text), "%s=%s", param_rows[i].name, param_rows[i].fallback);
		PARAMS_LOAD(&params, REQUIRED, text);
		if (params.problem.status != STATUS_OK)
			fail_msg("%s", params.problem.text);
		assert_true(params.given[i]);
	}
}

static void
every_row_is_complete_and_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < PARAM_COUNT; i++) {
		const struct param_row *row = &param_rows[i];

		assert_true(strlen(row->brief) > 0 && strlen(row->help) > 0);
		/* A phrase, and sentences. */
		assert_true(row->brief[strlen(row->brief) - 1] != '.');
		assert_true(row->help[strlen(row->help) - 1] == '.');
		assert_ptr_equal(param_row_find(row->name), row);
		/* What is required has no default: the two contradict each other for pcs. */
		assert_false(row->required && row->fallback != NULL);
		assert_true((row->kind == PARAM_KIND_CHOICE) == (row->choices != NULL));
		assert_true(row->kind == PARAM_KIND_STRING || row->check == NULL);
		/* A field without a value would be a number that nobody chose. */
		assert_true(row->kind == PARAM_KIND_STRING || row->fallback != NULL);
	}
}

static void
every_time_names_its_unit(void **state)
{
	(void)state;
	for (size_t i = 0; i < PARAM_COUNT; i++) {
		if (param_rows[i].kind == PARAM_KIND_SECONDS)
			assert_non_null(strstr(param_rows[i].brief, "seconds"));
	}
}

static void
every_number_has_a_bound(void **state)
{
	(void)state;
	for (size_t i = 0; i < PARAM_COUNT; i++) {
		if (param_rows[i].kind == PARAM_KIND_SECONDS ||
			param_rows[i].kind == PARAM_KIND_NUMBER)
			assert_true(param_rows[i].max > param_rows[i].min);
	}
}

static void
no_parameter_carries_a_secret(void **state)
{
	static const char *const words[] = {"passphrase", "password", "secret_access",
		"session_token", "key_file"};

	(void)state;
	for (size_t i = 0; i < PARAM_COUNT; i++) {
		for (size_t j = 0; j < sizeof(words) / sizeof(words[0]); j++)
			assert_null(strstr(param_rows[i].name, words[j]));
	}
}

static void
defaults_are_those_of_the_table(void **state)
{
	struct params params;

	(void)state;
	PARAMS_LOAD(&params, REQUIRED);
	assert_int_equal(params.problem.status, STATUS_OK);
	assert_int_equal(params.device_wait, 30);
	assert_int_equal(params.previous_versions, 1);
	assert_int_equal(params.signal_delay, 1);
	assert_string_equal(params.run_fsck, "auto");
	assert_string_equal(params.force_unmount, "safe");
	assert_string_equal(params.key_encoding, "text");
	assert_true(params.require_secure_string);
	assert_false(params.inherit_environment);
	assert_null(params.luks_uuid);
	assert_false(params.given[PARAM_device_wait]);
	assert_true(params.given[PARAM_device]);
}

static void
a_required_parameter_that_is_missing_or_empty_is_named(void **state)
{
	struct params params;

	(void)state;
	PARAMS_LOAD(&params, "device=/dev/x", "ssm_parameter=/a");
	assert_int_equal(params.problem.status, STATUS_MISSING_PARAMETER);
	assert_non_null(strstr(params.problem.text, "directory"));
	PARAMS_LOAD(&params, "device=", "directory=/srv/data", "ssm_parameter=/a");
	assert_int_equal(params.problem.status, STATUS_MISSING_PARAMETER);
	assert_non_null(strstr(params.problem.text, "device"));
}

static void
a_bad_value_leaves_the_fallback_and_is_not_given(void **state)
{
	struct params params;

	(void)state;
	PARAMS_LOAD(&params, REQUIRED, "device_wait=soon", "map_name=a/b");
	assert_int_equal(params.problem.status, STATUS_BAD_PARAMETER);
	assert_int_equal(params.device_wait, 30);
	assert_false(params.given[PARAM_device_wait]);
	assert_null(params.map_name);
}

static void
the_first_problem_is_the_one_that_is_told(void **state)
{
	struct params params;

	(void)state;
	PARAMS_LOAD(&params, REQUIRED, "luks_uuid=short", "region=nowhere");
	assert_non_null(strstr(params.problem.text, "luks_uuid"));
}

static void
seconds_take_a_unit_and_keep_their_bounds(void **state)
{
	static const struct {
		const char *text;
		enum status status;
		unsigned int seconds;
	} cases[] = {
		{"device_wait=0", STATUS_OK, 0},
		{"device_wait=90", STATUS_OK, 90},
		{"device_wait=90s", STATUS_OK, 90},
		{"device_wait=2min", STATUS_OK, 120},
		{"device_wait=2m", STATUS_OK, 120},
		{"device_wait=3600", STATUS_OK, 3600},
		{"device_wait=3601", STATUS_BAD_PARAMETER, 30},
		{"device_wait=61min", STATUS_BAD_PARAMETER, 30},
		{"device_wait=-1", STATUS_BAD_PARAMETER, 30},
		{"device_wait= 5", STATUS_BAD_PARAMETER, 30},
		{"device_wait=5h", STATUS_BAD_PARAMETER, 30},
		{"device_wait=99999999999999999999", STATUS_BAD_PARAMETER, 30},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct params params;

		PARAMS_LOAD(&params, REQUIRED, cases[i].text);
		assert_int_equal(params.problem.status, cases[i].status);
		assert_int_equal(params.device_wait, cases[i].seconds);
	}
}

static void
a_number_takes_no_unit(void **state)
{
	struct params params;

	(void)state;
	PARAMS_LOAD(&params, REQUIRED, "previous_versions=2s");
	assert_int_equal(params.problem.status, STATUS_BAD_PARAMETER);
}

static void
switches_take_the_words_of_resource_agents(void **state)
{
	static const char *const yes[] = {"read_only=yes", "read_only=TRUE", "read_only=1",
		"read_only=on", "read_only=y"};
	static const char *const no[] = {"allow_discards=no", "allow_discards=False",
		"allow_discards=0", "allow_discards=off"};
	struct params params;

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		PARAMS_LOAD(&params, REQUIRED, yes[i]);
		assert_int_equal(params.problem.status, STATUS_OK);
		assert_true(params.read_only);
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		PARAMS_LOAD(&params, REQUIRED, no[i]);
		assert_int_equal(params.problem.status, STATUS_OK);
		assert_false(params.allow_discards);
	}
	PARAMS_LOAD(&params, REQUIRED, "read_only=perhaps");
	assert_int_equal(params.problem.status, STATUS_BAD_PARAMETER);
}

static void
a_choice_is_one_whole_word_of_the_list(void **state)
{
	static const char *const refused[] = {"run_fsck=forc", "run_fsck=auto|no", "run_fsck=Auto",
		"run_fsck=|"};
	struct params params;

	(void)state;
	PARAMS_LOAD(&params, REQUIRED, "run_fsck=no");
	assert_string_equal(params.run_fsck, "no");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		PARAMS_LOAD(&params, REQUIRED, refused[i]);
		assert_int_equal(params.problem.status, STATUS_BAD_PARAMETER);
		assert_string_equal(params.run_fsck, "auto");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fallback_passes_its_own_check),
		cmocka_unit_test(every_row_is_complete_and_unique),
		cmocka_unit_test(every_time_names_its_unit),
		cmocka_unit_test(every_number_has_a_bound),
		cmocka_unit_test(no_parameter_carries_a_secret),
		cmocka_unit_test(defaults_are_those_of_the_table),
		cmocka_unit_test(a_required_parameter_that_is_missing_or_empty_is_named),
		cmocka_unit_test(a_bad_value_leaves_the_fallback_and_is_not_given),
		cmocka_unit_test(the_first_problem_is_the_one_that_is_told),
		cmocka_unit_test(seconds_take_a_unit_and_keep_their_bounds),
		cmocka_unit_test(a_number_takes_no_unit),
		cmocka_unit_test(switches_take_the_words_of_resource_agents),
		cmocka_unit_test(a_choice_is_one_whole_word_of_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
