/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An answer as people read it: "name  value" lines, tables, and texts of several lines as they are.
 */
#include "cli/answer.h"

#include <string.h>

/* Where the values begin; a longer name moves its own. */
#define VALUE_COLUMN 18
#define COLUMNS_MOST 12
#define INDENT_COLUMNS 2

#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

struct print {
	FILE *out;
	bool coloured;
};

/* Columns a text takes: each UTF-8 character counts as one. */
static size_t
text_columns(const char *text)
{
	size_t columns = 0;

	for (; *text != '\0'; text++)
		columns += ((unsigned char)*text & 0xc0) != 0x80;
	return columns;
}

static void
pad_print(FILE *out, size_t columns)
{
	while (columns-- > 0)
		fputc(' ', out);
}

/* A member's name in words: underscores are blanks. */
static size_t
name_print(const struct print *print, const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		fputc(*c == '_' ? ' ' : *c, print->out);
	return strlen(name);
}

static const char *
value_words(struct json_object *value)
{
	if (json_object_is_type(value, json_type_boolean))
		return json_object_get_boolean(value) ? "yes" : "no";
	return json_object_get_string(value);
}

/* Green for what is well, yellow for what is not: "result" and "state" are judged, "code" is one of
 * a failure. */
static const char *
value_colour(const struct print *print, const char *name, const char *words)
{
	if (!print->coloured ||
		(strcmp(name, "state") != 0 && strcmp(name, "result") != 0 &&
			strcmp(name, "code") != 0))
		return "";
	return strcmp(words, "ok") == 0 || strcmp(words, "active") == 0 ? GREEN : YELLOW;
}

static size_t
value_print(const struct print *print, const char *name, struct json_object *value)
{
	const char *words = value != NULL ? value_words(value) : "";
	const char *colour = value_colour(print, name, words);

	fprintf(print->out, "%s%s%s", colour, words, *colour != '\0' ? PLAIN : "");
	return text_columns(words);
}

struct columns {
	const char *names[COLUMNS_MOST];
	size_t widths[COLUMNS_MOST];
	size_t count;
};

/* A member of a row: its column, made where it is new, is as wide as the widest value. */
static void
column_note(struct columns *columns, const char *name, struct json_object *value)
{
	size_t place = 0, width = text_columns(value_words(value));

	while (place < columns->count && strcmp(columns->names[place], name) != 0)
		place++;
	if (place == COLUMNS_MOST)
		return;
	if (place == columns->count) {
		columns->widths[place] = strlen(name);
		columns->names[columns->count++] = name;
	}
	if (columns->widths[place] < width)
		columns->widths[place] = width;
}

/* Every member that any row has, in the order of their first coming. */
static void
columns_collect(struct json_object *list, struct columns *columns)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *row = json_object_array_get_idx(list, i);
		struct json_object_iterator at = json_object_iter_begin(row);
		struct json_object_iterator end = json_object_iter_end(row);

		for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
			column_note(columns, json_object_iter_peek_name(&at),
				json_object_iter_peek_value(&at));
	}
}

static void
table_print(const struct print *print, struct json_object *list)
{
	struct columns columns = {.count = 0};

	columns_collect(list, &columns);
	for (size_t place = 0; place < columns.count; place++) {
		pad_print(print->out, INDENT_COLUMNS);
		size_t used = name_print(print, columns.names[place]);
		if (place + 1 < columns.count)
			pad_print(print->out, columns.widths[place] - used);
	}
	fputc('\n', print->out);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *row = json_object_array_get_idx(list, i);

		for (size_t place = 0; place < columns.count; place++) {
			pad_print(print->out, INDENT_COLUMNS);
			size_t used = value_print(print, columns.names[place],
				json_object_object_get(row, columns.names[place]));
			if (place + 1 < columns.count)
				pad_print(print->out, columns.widths[place] - used);
		}
		fputc('\n', print->out);
	}
}

static void
line_print(const struct print *print, size_t indent, const char *name, struct json_object *value)
{
	pad_print(print->out, indent);

	size_t used = indent + name_print(print, name) + 1;

	fputc(':', print->out);
	pad_print(print->out, used < VALUE_COLUMN ? VALUE_COLUMN - used : 1);
	value_print(print, name, value);
	fputc('\n', print->out);
}

static void
block_print(const struct print *print, const char *name, const char *text)
{
	fputc('\n', print->out);
	name_print(print, name);
	fprintf(print->out, ":\n\n%s%s", text, text[strlen(text) - 1] == '\n' ? "" : "\n");
}

static void members_print(const struct print *print, size_t indent, struct json_object *object);

static void
member_print(const struct print *print, size_t indent, const char *name, struct json_object *value)
{
	if (json_object_is_type(value, json_type_object)) {
		pad_print(print->out, indent);
		name_print(print, name);
		fputs(":\n", print->out);
		members_print(print, indent + INDENT_COLUMNS, value);
	} else if (json_object_is_type(value, json_type_array)) {
		if (json_object_array_length(value) == 0)
			return;
		name_print(print, name);
		fputs(":\n", print->out);
		table_print(print, value);
	} else if (json_object_is_type(value, json_type_string) &&
		strchr(json_object_get_string(value), '\n') != NULL) {
		block_print(print, name, json_object_get_string(value));
	} else {
		line_print(print, indent, name, value);
	}
}

static void
members_print(const struct print *print, size_t indent, struct json_object *object)
{
	struct json_object_iterator at = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		member_print(print, indent, json_object_iter_peek_name(&at),
			json_object_iter_peek_value(&at));
}

void
answer_write_text(const struct answer *answer, FILE *out, bool coloured)
{
	const struct print print = {.out = out, .coloured = coloured};

	if (answer->root != NULL)
		members_print(&print, 0, answer->root);
}
