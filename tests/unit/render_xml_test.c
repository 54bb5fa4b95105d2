/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The metadata: elements nest and close, lines are wrapped, a default is one that its kind may
 * have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "params/render.h"

#define DEPTH_MOST 8

static const struct render_action actions[] = {{.name = "stop", .timeout_s = 120}};
static const struct render_input input = {.version = "1.2", .actions = actions, .action_count = 1};

/* Inlined, gcc 12 would take what the stream wrote to TEXT for TEXT's own address. */
__attribute__((noinline)) static char *
xml_rendered(void)
{
	char *text = NULL;
	size_t length_bytes;
	FILE *out = open_memstream(&text, &length_bytes);

	render_xml(out, &input, "all & everything");
	fclose(out);
	return text;
}

/* Opens or closes one element; DEPTH is how many are open. */
static size_t
tag_take(const char *tag, size_t length_bytes, char open[DEPTH_MOST][32], size_t depth)
{
	char name[32];

	assert_int_equal(sscanf(tag + (tag[0] == '/'), "%31[a-z-]", name), 1);
	if (tag[0] == '/') {
		assert_true(depth > 0);
		assert_string_equal(open[depth - 1], name);
		return depth - 1;
	}
	if (tag[length_bytes - 1] == '/')
		return depth;
	assert_true(depth < DEPTH_MOST);
	strcpy(open[depth], name);
	return depth + 1;
}

static void
what_is_opened_is_closed_in_order(void **state)
{
	char *text = xml_rendered();
	char open[DEPTH_MOST][32];
	size_t depth = 0, elements = 0;

	(void)state;
	/* Behind the prologue, whose declarations are no elements. */
	const char *tag = strstr(text, "<resource-agent name");

	for (; tag != NULL; tag = strchr(tag + 1, '<'), elements++) {
		const char *end = strchr(tag, '>');

		assert_non_null(end);
		depth = tag_take(tag + 1, (size_t)(end - tag) - 1, open, depth);
	}
	assert_int_equal(depth, 0);
	assert_true(elements > PARAM_COUNT);
	free(text);
}

static void
an_ampersand_in_a_text_is_no_entity(void **state)
{
	char *text = xml_rendered();

	(void)state;
	assert_non_null(strstr(text, "all &amp; everything"));
	for (const char *c = strchr(text, '&'); c != NULL; c = strchr(c + 1, '&')) {
		size_t length_bytes = strspn(c + 1, "abcdefghijklmnopqrstuvwxyz");

		assert_true(length_bytes > 0 && c[1 + length_bytes] == ';');
	}
	free(text);
}

static void
descriptions_are_wrapped(void **state)
{
	char *text = xml_rendered();
	bool is_inside = false;

	(void)state;
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		if (is_inside && strlen(line) > 110)
			fail_msg("%zu bytes: %s", strlen(line), line);
		is_inside = strncmp(line, "<longdesc", 9) == 0 ||
			(is_inside && strncmp(line, "</longdesc", 10) != 0);
	}
	free(text);
}

static void
the_default_of_a_number_is_one(void **state)
{
	char *text = xml_rendered();

	(void)state;
	for (const char *c = strstr(text, "type=\"integer\""); c != NULL;
		c = strstr(c + 1, "type=\"integer\"")) {
		unsigned int value;

		if (strncmp(c, "type=\"integer\" default=", 23) == 0)
			assert_int_equal(sscanf(c, "type=\"integer\" default=\"%u\"", &value), 1);
	}
	for (const char *c = strstr(text, "type=\"boolean\" default=\""); c != NULL;
		c = strstr(c + 1, "type=\"boolean\" default=\""))
		assert_true(strncmp(c + 24, "true\"", 5) == 0 ||
			strncmp(c + 24, "false\"", 6) == 0 || strncmp(c + 24, "yes\"", 4) == 0 ||
			strncmp(c + 24, "no\"", 3) == 0);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_opened_is_closed_in_order),
		cmocka_unit_test(an_ampersand_in_a_text_is_no_entity),
		cmocka_unit_test(descriptions_are_wrapped),
		cmocka_unit_test(the_default_of_a_number_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
