/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The old script's file is read unchanged, and what would be read wrongly is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cli/luks_mount_file.h"
#include "cli/root_file.h"
#include "invalid_cases.h"

static enum status
parse(const char *text, struct variables *variables, struct reason *reason)
{
	owned_secret bytes = {0};

	*reason = (struct reason){0};
	assert_int_equal(secret_copy(text, strlen(text), &bytes), STATUS_OK);
	return luks_mount_text_parse(&bytes, "/etc/default/luks-mount", variables, reason);
}

static void
its_words_become_ours_and_others_are_ignored(void **state)
{
	owned_variables variables = {0};
	struct reason reason;

	(void)state;
	assert_int_equal(
		parse("# the volume\r\nLUKS_DEVICE=\"/dev/xvdf\"\r\nLUKS_DEVICE_MAP=/dev/mapper/data\n"
		      "LUKS_DEVICE_FS='xfs'\nLUKS_DEVICE_MOUNT_OPT=-o noatime,attr2\n"
		      "LUKS_DEVICE_MOUNT_POINT=/srv/data\nSSM_PATH=/luks/data\n"
		      "SSM_REGION=eu-central-1\nLD_PRELOAD=/x.so\nOTHER=$(x)\n",
			&variables, &reason),
		STATUS_OK);
	assert_string_equal(variables_get(&variables, "device"), "/dev/xvdf");
	assert_string_equal(variables_get(&variables, "map_name"), "data");
	assert_string_equal(variables_get(&variables, "fstype"), "xfs");
	assert_string_equal(variables_get(&variables, "options"), "noatime,attr2");
	assert_string_equal(variables_get(&variables, "directory"), "/srv/data");
	assert_string_equal(variables_get(&variables, "ssm_parameter"), "/luks/data");
	assert_string_equal(variables_get(&variables, "region"), "eu-central-1");
	assert_int_equal(variables.count, 7);
}

static void
credentials_and_proxies_stay_in_the_file_which_is_named(void **state)
{
	static const char *const lines[] = {"AWS_ACCESS_KEY_ID=x\n", "HTTPS_PROXY=http://p:1\n",
		"no_proxy=x\n"};
	struct reason reason;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		owned_variables variables = {0};

		assert_int_equal(parse(lines[i], &variables, &reason), STATUS_OK);
		assert_string_equal(variables_get(&variables, "environment_file"),
			"/etc/default/luks-mount");
		assert_int_equal(variables.count, 1);
	}
}

static void
what_only_a_shell_would_understand_is_refused(void **state)
{
	static const char *const texts[] = {"LUKS_DEVICE=$(findfs LABEL=x)\n",
		"LUKS_DEVICE=/dev/`x`\n", "SSM_PATH=/luks/$HOSTNAME\n", "SSM_PATH=\"/luks/x\n",
		"SSM_PATH='/luks/x\n", "SSM_PATH=/luks/x\\", "\xef\xbb\xbfSSM_PATH=/luks/x\n"};
	struct reason reason;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		owned_variables variables = {0};

		assert_int_equal(parse(texts[i], &variables, &reason), STATUS_BAD_PARAMETER);
		assert_non_null(strstr(reason.text, "/etc/default/luks-mount"));
		assert_null(strstr(reason.text, "findfs"));
	}
}

static enum status
file_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	owned_variables variables = {0};
	owned_secret bytes = {0};

	(void)path;
	assert_int_equal(secret_copy(text, length_bytes, &bytes), STATUS_OK);
	return luks_mount_text_parse(&bytes, "/etc/default/luks-mount", &variables, reason);
}

static void
malformed_files_are_named_by_their_line(void **state)
{
	(void)state;
	invalid_cases_walk("luks-mount", file_try);
}

static void
the_words_of_a_shell_do_no_harm_where_they_set_nothing_of_ours(void **state)
{
	owned_variables variables = {0};
	struct reason reason;

	(void)state;
	assert_int_equal(parse("#export SSM_PATH=/no\nexport PATH=/bin\nset -e; X=y\n"
			       "LUKS_DEVICE_MOUNT_OPT=\"x-note=; SSM_PATH=/no\"\n SSM_PATH =/yes\n",
				 &variables, &reason),
		STATUS_OK);
	assert_string_equal(variables_get(&variables, "ssm_parameter"), "/yes");
}

static void
each_parameter_knows_its_line(void **state)
{
	owned_variables variables = {0};
	struct reason reason;

	(void)state;
	assert_int_equal(parse("OTHER='a\nb'\nLUKS_DEVICE=/dev/x\n\nSSM_PATH=/a\nSSM_PATH=/b\n",
				 &variables, &reason),
		STATUS_OK);
	assert_int_equal(variables_line(&variables, "device"), 3);
	assert_int_equal(variables_line(&variables, "ssm_parameter"), 6);
}

static void
what_is_wrong_is_said_in_the_files_own_words(void **state)
{
	static const char *const words[][2] = {{"device", "LUKS_DEVICE"},
		{"map_name", "LUKS_DEVICE_MAP"}, {"fstype", "LUKS_DEVICE_FS"},
		{"options", "LUKS_DEVICE_MOUNT_OPT"}, {"directory", "LUKS_DEVICE_MOUNT_POINT"},
		{"ssm_parameter", "SSM_PATH"}, {"region", "SSM_REGION"}};
	const struct variables nothing = {0};
	char wanted[REASON_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct reason missing = {0}, unset = {0};

		reason_set(&missing, STATUS_MISSING_PARAMETER, "%s is not set", words[i][0]);
		root_file_locate("/x", &nothing, luks_mount_word, &missing);
		snprintf(wanted, sizeof(wanted), "missing-parameter: /x: %s is not set",
			words[i][1]);
		assert_string_equal(missing.text, wanted);
		reason_set(&unset, STATUS_NO_REGION, "there is none; set %s", words[i][0]);
		luks_mount_reword("/x", &unset);
		snprintf(wanted, sizeof(wanted), "no-region: /x: there is none; set %s",
			words[i][1]);
		assert_string_equal(unset.text, wanted);
		assert_int_equal(unset.status, STATUS_NO_REGION);
	}
}

static void
what_the_file_has_no_word_for_is_left_as_it_is(void **state)
{
	static const char *const texts[] = {"the clock is slow; set it",
		"there is none; set region there", "set region", "luks_uuid=x: must be a UUID"};

	(void)state;
	assert_string_equal(luks_mount_word("luks_uuid"), "luks_uuid");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct reason reason = {0}, before;

		reason_set(&reason, STATUS_NO_REGION, "%s", texts[i]);
		before = reason;
		luks_mount_reword("/x", &reason);
		assert_string_equal(reason.text, before.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_words_become_ours_and_others_are_ignored),
		cmocka_unit_test(credentials_and_proxies_stay_in_the_file_which_is_named),
		cmocka_unit_test(what_only_a_shell_would_understand_is_refused),
		cmocka_unit_test(malformed_files_are_named_by_their_line),
		cmocka_unit_test(the_words_of_a_shell_do_no_harm_where_they_set_nothing_of_ours),
		cmocka_unit_test(each_parameter_knows_its_line),
		cmocka_unit_test(what_is_wrong_is_said_in_the_files_own_words),
		cmocka_unit_test(what_the_file_has_no_word_for_is_left_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
