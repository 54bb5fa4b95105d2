/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that what is rendered holds each parameter once, and that special characters are written
 * as each format wants.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"
#include "params/render.h"

static const struct render_action actions[] = {
	{.name = "start", .timeout_s = 120},
	{.name = "monitor", .timeout_s = 60, .interval_s = 120, .depth = 10},
};
static const struct render_input input = {.version = "1.2", .actions = actions, .action_count = 2};

static size_t
occurrences(const char *text, const char *word)
{
	size_t count = 0;

	while ((text = strstr(text, word)) != NULL) {
		count++;
		text += strlen(word);
	}
	return count;
}

/* Each parameter stands between BEFORE and AFTER exactly once. */
static void
assert_every_parameter(const char *text, const char *before, const char *after)
{
	for (size_t i = 0; i < PARAM_COUNT; i++) {
		char entry[128];

		snprintf(entry, sizeof(entry), "%s%s%s", before, param_rows[i].name, after);
		assert_int_equal(occurrences(text, entry), 1);
	}
}

static void
the_metadata_has_each_parameter_and_action_once(void **state)
{
	owned_text text = NULL;
	size_t length_bytes;
	FILE *out = open_memstream(&text, &length_bytes);

	(void)state;
	render_xml(out, &input, "a < b & \"c\"\n");
	fclose(out);
	assert_every_parameter(text, "<parameter name=\"", "\"");
	assert_non_null(strstr(text, "<action name=\"start\" timeout=\"120s\"/>"));
	assert_non_null(strstr(text,
		"<action name=\"monitor\" timeout=\"60s\" interval=\"120s\" depth=\"10\"/>"));
	assert_non_null(strstr(text, "a &lt; b &amp; &quot;c&quot;"));
	assert_non_null(strstr(text, "<version>1.1</version>"));
}

static void
the_metadata_follows_the_columns_of_the_table(void **state)
{
	owned_text text = NULL;
	size_t length_bytes;
	FILE *out = open_memstream(&text, &length_bytes);
	size_t required = 0, reloadable = 0, grouped = 0;

	(void)state;
	render_xml(out, &input, "");
	fclose(out);
	for (size_t i = 0; i < PARAM_COUNT; i++) {
		required += param_rows[i].required;
		reloadable += param_rows[i].reloadable;
		grouped += param_rows[i].unique_group != NULL;
	}
	assert_int_equal(occurrences(text, " required=\"1\""), required);
	assert_int_equal(occurrences(text, " reloadable=\"1\""), reloadable);
	assert_int_equal(occurrences(text, " unique-group=\""), grouped);
	/* A parameter that is private would hide itself from pcs and break the schemas. */
	assert_int_equal(occurrences(text, "private"), 0);
}

static void
the_manual_has_each_parameter_once_in_plain_ascii(void **state)
{
	owned_text text = NULL;
	size_t length_bytes;
	FILE *out = open_memstream(&text, &length_bytes);

	(void)state;
	render_man_params(out);
	render_man_actions(out, &input);
	fclose(out);
	assert_every_parameter(text, ".It Cm ", "\n");
	for (const char *c = text; *c != '\0'; c++)
		assert_true((unsigned char)*c < 0x80);
}

static void
the_readme_has_each_parameter_once(void **state)
{
	owned_text text = NULL;
	size_t length_bytes;
	FILE *out = open_memstream(&text, &length_bytes);

	(void)state;
	render_readme(out);
	fclose(out);
	assert_every_parameter(text, "\n| `", "` |");
}

static void
choices_read_as_a_sentence(void **state)
{
	owned_text text = NULL;
	size_t length_bytes;
	FILE *out = open_memstream(&text, &length_bytes);

	(void)state;
	render_choices(out, "a|b|c", " or ");
	fputc(';', out);
	render_choices(out, "a|b", " or ");
	fclose(out);
	assert_string_equal(text, "a, b or c;a or b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_metadata_has_each_parameter_and_action_once),
		cmocka_unit_test(the_metadata_follows_the_columns_of_the_table),
		cmocka_unit_test(the_manual_has_each_parameter_once_in_plain_ascii),
		cmocka_unit_test(the_readme_has_each_parameter_once),
		cmocka_unit_test(choices_read_as_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
