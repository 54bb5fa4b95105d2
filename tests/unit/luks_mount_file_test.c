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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
