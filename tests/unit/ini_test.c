/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AWS's shared files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "creds/ini.h"

static enum status
parse(const char *text, struct ini *ini, unsigned int *line)
{
	owned_secret copy = {0};

	assert_int_equal(secret_copy(text, strlen(text), &copy), STATUS_OK);
	return ini_parse(&copy, ini, line);
}

static void
gives(const char *text, const char *section, const char *name, const char *value)
{
	owned_ini ini = {0};
	unsigned int line = 0;

	assert_int_equal(parse(text, &ini, &line), STATUS_OK);

	const struct variables *variables = ini_section_find(&ini, section);
	const char *found = variables != NULL ? variables_get(variables, name) : NULL;

	if (value == NULL ? found != NULL : found == NULL || strcmp(found, value) != 0)
		fail_msg("<%s> gave <%s>", text, found != NULL ? found : "nothing");
}

static void
refuses(const char *text, unsigned int expected_line)
{
	owned_ini ini = {0};
	unsigned int line = 0;

	assert_int_equal(parse(text, &ini, &line), STATUS_BAD_PROFILE);
	assert_int_equal(line, expected_line);
	assert_int_equal(ini.count, 0);
}

static void
sections_hold_their_assignments(void **state)
{
	(void)state;
	gives("[a]\nx=1\n[b]\nx = 2 \n", "a", "x", "1");
	gives("[a]\nx=1\n[b]\nx = 2 \n", "b", "x", "2");
	gives("[a]\nX=1\r\n", "a", "x", "1");
	gives("[a]\nx=1=2", "a", "x", "1=2");
	gives("[a]\n", "a", "x", NULL);
	gives("", "a", "x", NULL);
}

static void
names_of_sections_lose_quotes_and_double_blanks(void **state)
{
	(void)state;
	gives("[profile   \"my one\"]\nx=1\n", "profile my one", "x", "1");
	gives("[ a ]\nx=1\n", "a", "x", "1");
}

static void
comments_are_left_out(void **state)
{
	(void)state;
	gives("# c\n; c\n[a] # c\nx=1 # c\n", "a", "x", "1");
	gives("[a]\nx=1;2#3\n", "a", "x", "1;2#3");
	gives("[a]\nx=1 ;2\n", "a", "x", "1");
}

static void
a_section_that_comes_again_goes_on(void **state)
{
	(void)state;
	gives("[a]\nx=1\n[b]\ny=2\n[a]\nz=3\n", "a", "x", "1");
	gives("[a]\nx=1\n[b]\ny=2\n[a]\nz=3\n", "a", "z", "3");
	gives("[a]\nx=1\n[a]\nx=2\n", "a", "x", "2");
}

static void
nested_names_stand_below_an_empty_value(void **state)
{
	(void)state;
	gives("[a]\nssm =\n  endpoint_url = u\nx=1\n", "a", "ssm.endpoint_url", "u");
	gives("[a]\nssm =\n  endpoint_url = u\nx=1\n", "a", "x", "1");
	gives("[a]\nssm =\n  endpoint_url = u\n  y = 2\n", "a", "y", NULL);
	gives("[a]\n  x = 1\n", "a", "x", "1");
}

static void
what_is_none_of_these_names_its_line(void **state)
{
	(void)state;
	refuses("x=1\n", 1);
	refuses("[a]\nx\n", 2);
	refuses("[a]\n\n\n=1\n", 4);
	refuses("[a\nx=1\n", 1);
	refuses("[]\n", 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_hold_their_assignments),
		cmocka_unit_test(names_of_sections_lose_quotes_and_double_blanks),
		cmocka_unit_test(comments_are_left_out),
		cmocka_unit_test(a_section_that_comes_again_goes_on),
		cmocka_unit_test(nested_names_stand_below_an_empty_value),
		cmocka_unit_test(what_is_none_of_these_names_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
