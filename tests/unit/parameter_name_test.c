/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names, selectors and ARNs of parameters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "aws/parameter_name.h"

static void
parses(const char *text, const char *base, const char *selector, const char *region)
{
	struct parameter_name name;
	struct reason reason = {0};

	if (parameter_name_parse(text, &name, &reason) != STATUS_OK)
		fail_msg("%s: %s", text, reason.text);
	assert_string_equal(name.base, base);
	assert_string_equal(name.selector, selector);
	assert_string_equal(name.region, region);
}

static void
refuses(const char *text)
{
	struct parameter_name name;

	if (parameter_name_parse(text, &name, NULL) != STATUS_BAD_PARAMETER)
		fail_msg("%s was taken", text);
}

#define ARN "arn:aws:ssm:eu-central-1:123456789012:parameter/luks/a"

static void
names_are_taken_apart(void **state)
{
	(void)state;
	parses("/luks/a", "/luks/a", "", "");
	parses("plain", "plain", "", "");
	parses("/luks/a:3", "/luks/a", "3", "");
	parses("/luks/a:current", "/luks/a", "current", "");
	parses(ARN, ARN, "", "eu-central-1");
	parses(ARN ":7", ARN, "7", "eu-central-1");
}

static void
what_is_no_name_is_refused(void **state)
{
	char text[3000];

	(void)state;
	refuses("");
	refuses("/luks/a:");
	refuses("/luks/a:1:2");
	refuses("arn:aws:s3:::bucket");
	refuses("arn:aws:ssm:eu-central-1:123456789012:document/x");
	refuses("arn:aws:ssm::123456789012:parameter/x");
	refuses("arn:aws:ssm");
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	refuses(text);
}

static void
only_digits_are_a_pinned_version(void **state)
{
	struct parameter_name name;

	(void)state;
	assert_int_equal(parameter_name_parse("/a:12", &name, NULL), STATUS_OK);
	assert_true(name.is_pinned);
	assert_int_equal(parameter_name_parse("/a:v12", &name, NULL), STATUS_OK);
	assert_false(name.is_pinned);
	assert_int_equal(parameter_name_parse("/a", &name, NULL), STATUS_OK);
	assert_false(name.is_pinned);
}

static void
a_version_takes_the_selectors_place(void **state)
{
	struct parameter_name name;
	char text[PARAMETER_NAME_BYTES];

	(void)state;
	assert_int_equal(parameter_name_parse(ARN ":current", &name, NULL), STATUS_OK);
	parameter_name_write(&name, 0, text);
	assert_string_equal(text, ARN ":current");
	parameter_name_write(&name, 4, text);
	assert_string_equal(text, ARN ":4");
}

static void
a_reference_to_secrets_manager_is_known(void **state)
{
	struct parameter_name name;

	(void)state;
	assert_int_equal(parameter_name_parse("/aws/reference/secretsmanager/x", &name, NULL),
		STATUS_OK);
	assert_true(name.is_secret_reference);
}

static void
the_tail_of_a_long_name_begins_with_a_whole_character(void **state)
{
	(void)state;
	assert_string_equal(parameter_name_tail("/short"), "/short");
	assert_string_equal(parameter_name_tail("/x\xc3\xbc"
						"0123456789012345678901234567890"),
		"0123456789012345678901234567890");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_taken_apart),
		cmocka_unit_test(what_is_no_name_is_refused),
		cmocka_unit_test(only_digits_are_a_pinned_version),
		cmocka_unit_test(a_version_takes_the_selectors_place),
		cmocka_unit_test(a_reference_to_secrets_manager_is_known),
		cmocka_unit_test(the_tail_of_a_long_name_begins_with_a_whole_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
