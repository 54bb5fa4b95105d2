/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manual's lists: no line that mdoc would take for a request, none too long, a sentence a
 * line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <string.h>

#include "base/own.h"
#include "params/render.h"

static const struct render_action actions[] = {
	{.name = "start", .timeout_s = 120},
	{.name = "monitor", .timeout_s = 60, .interval_s = 120, .depth = 10},
};
static const struct render_input input = {.actions = actions, .action_count = 2};

static char *
params_rendered(void)
{
	char *text = NULL;
	size_t length_bytes;
	FILE *out = open_memstream(&text, &length_bytes);

	render_man_params(out);
	fclose(out);
	return text;
}

/* Calls CHECK with each line. */
static void
lines_check(char *text, void check(const char *line))
{
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		check(line);
}

/* A word such as .aws at the beginning of a line would be a request, and vanish. */
static void
request_check(const char *line)
{
	static const char *const requests[] = {".Bl ", ".It Cm ", ".El", ".Ql "};

	assert_int_not_equal(line[0], '\'');
	if (line[0] != '.')
		return;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (strncmp(line, requests[i], strlen(requests[i])) == 0)
			return;
	}
	fail_msg("mdoc takes this for a request: %s", line);
}

static void
no_text_begins_a_line_like_a_request(void **state)
{
	owned_text text = params_rendered();

	(void)state;
	lines_check(text, request_check);
}

static void
width_check(const char *line)
{
	if (strlen(line) >= 80 && strchr(line, ' ') != NULL)
		fail_msg("%zu columns: %s", strlen(line), line);
	assert_int_not_equal(line[strlen(line) - 1], ' ');
}

static void
no_line_reaches_80_columns_or_ends_in_a_blank(void **state)
{
	owned_text text = params_rendered();

	(void)state;
	lines_check(text, width_check);
}

static void
sentence_check(const char *line)
{
	for (const char *stop = strstr(line, ". "); stop != NULL; stop = strstr(stop + 1, ". ")) {
		if (line[0] != '.' && isupper((unsigned char)stop[2]))
			fail_msg("two sentences: %s", line);
	}
}

static void
a_sentence_begins_a_line(void **state)
{
	owned_text text = params_rendered();

	(void)state;
	lines_check(text, sentence_check);
}

static void
an_action_without_an_interval_leaves_its_columns_empty(void **state)
{
	owned_text text = NULL;
	size_t length_bytes;
	FILE *out = open_memstream(&text, &length_bytes);

	(void)state;
	render_man_actions(out, &input);
	fclose(out);
	assert_non_null(strstr(text, "\n.It Cm start Ta 120 s Ta Ta\n"));
	assert_non_null(strstr(text, "\n.It Cm monitor Ta 60 s Ta 120 s Ta 10\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_text_begins_a_line_like_a_request),
		cmocka_unit_test(no_line_reaches_80_columns_or_ends_in_a_blank),
		cmocka_unit_test(a_sentence_begins_a_line),
		cmocka_unit_test(an_action_without_an_interval_leaves_its_columns_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
