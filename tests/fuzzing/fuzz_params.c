/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parameter loader. Each line of the input is NAME=VALUE of the environment. A value that was
 * taken passes its row's check, within its bounds; a problem is one line that quotes no login.
 */
#include <string.h>

#include "base/own.h"
#include "fuzz.h"
#include "params/params.h"

#define LINES_MAX 64

struct lines {
	char *at[LINES_MAX];
	size_t count;
};

static void
lines_cut(char *text, struct lines *lines)
{
	for (char *rest = text; rest != NULL && lines->count < LINES_MAX;)
		lines->at[lines->count++] = strsep(&rest, "\n");
}

static const char *
line_lookup(void *context, const char *name)
{
	const struct lines *lines = context;
	size_t length = strlen(name);

	for (size_t i = 0; i < lines->count; i++) {
		if (strncmp(lines->at[i], name, length) == 0 && lines->at[i][length] == '=')
			return lines->at[i] + length + 1;
	}
	return NULL;
}

static bool
choice_is_one(const char *choices, const char *value)
{
	const char *found = strstr(choices, value);

	return found != NULL && strchr(value, '|') == NULL;
}

static void
field_check(const struct param_row *row, const struct params *params)
{
	const void *field = (const char *)params + row->offset;
	const char *text = NULL;

	if (row->kind == PARAM_KIND_SECONDS || row->kind == PARAM_KIND_NUMBER) {
		unsigned int number = *(const unsigned int *)field;

		fuzz_promise(number >= row->min && number <= row->max, "a number keeps its bounds");
		return;
	}
	if (row->kind == PARAM_KIND_SWITCH)
		return;
	text = *(const char *const *)field;
	if (row->kind == PARAM_KIND_CHOICE)
		fuzz_promise(choice_is_one(row->choices, text), "a choice is one of the list");
	else if (text != NULL && row->check != NULL)
		fuzz_promise(row->check(row->name, text, NULL) == STATUS_OK,
			"a text that was taken passes its check");
}

/* How many lines hold PIECE, which is not empty. */
static size_t
lines_with(const struct lines *lines, const char *piece)
{
	size_t found = 0;

	for (size_t i = 0; i < lines->count; i++)
		found += strstr(lines->at[i], piece) != NULL;
	return found;
}

/*
 * What stands between the slashes and the last @ of a value is a login. One whose bytes stand in
 * another line as well may be quoted from there.
 */
static void
login_check(const struct lines *lines, const char *name, const struct reason *problem)
{
	const char *value = line_lookup((void *)(uintptr_t)lines, name);
	const char *at = value != NULL ? strrchr(value, '@') : NULL;
	const char *slashes = at != NULL ? strstr(value, "//") : NULL;

	if (slashes == NULL || slashes > at)
		return;

	owned_text login = strndup(slashes + 2, (size_t)(at - slashes - 2));

	fuzz_promise(login != NULL, "there is memory");
	if (login[0] != '\0' && lines_with(lines, login) == 1)
		fuzz_unquoted_check(problem, login);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_text text = fuzz_text(bytes, length_bytes);
	struct lines lines = {0};
	struct params params;

	lines_cut(text, &lines);
	params_load(line_lookup, &lines, &params);
	for (size_t i = 0; i < PARAM_COUNT; i++)
		field_check(&param_rows[i], &params);
	if (params.problem.status == STATUS_OK)
		return 0;
	fuzz_reason_check(params.problem.status, &params.problem);
	login_check(&lines, "https_proxy", &params.problem);
	login_check(&lines, "endpoint_url", &params.problem);
	return 0;
}
