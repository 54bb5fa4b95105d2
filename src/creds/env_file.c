/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A state machine over the characters, with the states of systemd's own parser. */
#include "creds/env_file.h"

#include <string.h>

#define NAME_BYTES 128
#define NAME_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

enum env_state {
	ENV_LINE_BEGIN,
	ENV_COMMENT,
	ENV_COMMENT_ESCAPE,
	ENV_NAME,
	ENV_VALUE_BEGIN,
	ENV_VALUE,
	ENV_VALUE_ESCAPE,
	ENV_SINGLE,
	ENV_DOUBLE,
	ENV_DOUBLE_ESCAPE,
};

struct env_parser {
	enum env_state state;
	char name[NAME_BYTES];
	size_t name_bytes;      /* NAME_BYTES when it is too long to be one */
	struct secret value;    /* owned, with room for the whole text */
	size_t value_end_bytes; /* of the value without the blanks at its end */
	struct variables *variables;
	unsigned int line;       /* of the character that is read */
	unsigned int began_line; /* of the assignment that is read */
	enum status status;
};

static void
parser_end(struct env_parser *parser)
{
	secret_end(&parser->value);
}

static bool
env_char_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void
name_add(struct env_parser *parser, char c)
{
	if (parser->name_bytes < NAME_BYTES - 1)
		parser->name[parser->name_bytes++] = c;
	else
		parser->name_bytes = NAME_BYTES;
}

/* KEPT: not a blank that is dropped when nothing follows it. */
static void
value_add(struct env_parser *parser, char c, bool kept)
{
	if (secret_append(&parser->value, &c, 1) != STATUS_OK)
		parser->status = STATUS_NO_MEMORY;
	if (kept)
		parser->value_end_bytes = parser->value.length_bytes;
}

/* The line is over: keeps the assignment if its name is one. */
static void
line_finish(struct env_parser *parser)
{
	size_t name_bytes = parser->name_bytes < NAME_BYTES ? parser->name_bytes : 0;

	while (name_bytes > 0 && env_char_is_blank(parser->name[name_bytes - 1]))
		name_bytes--;
	parser->name[name_bytes] = '\0';
	if (parser->state != ENV_NAME && name_bytes > 0 &&
		strspn(parser->name, NAME_LETTERS) == name_bytes &&
		strchr("0123456789", parser->name[0]) == NULL) {
		parser->status = variables_set(parser->variables, parser->name, parser->value.bytes,
			parser->value_end_bytes);
		variables_set_line(parser->variables, parser->name, parser->began_line);
	}
	parser->state = ENV_LINE_BEGIN;
	parser->name_bytes = 0;
	parser->value_end_bytes = 0;
	secret_cut(&parser->value, 0);
}

static void
line_begin_step(struct env_parser *parser, char c)
{
	if (c == '#' || c == ';') {
		parser->state = ENV_COMMENT;
	} else if (!env_char_is_blank(c) && c != '\n') {
		parser->state = ENV_NAME;
		parser->began_line = parser->line;
		name_add(parser, c);
	}
}

static void
name_step(struct env_parser *parser, char c)
{
	if (c == '\n')
		line_finish(parser);
	else if (c == '=')
		parser->state = ENV_VALUE_BEGIN;
	else
		name_add(parser, c);
}

/* Before a value, and again after each quoted part of it. */
static void
value_begin_step(struct env_parser *parser, char c)
{
	if (c == '\n') {
		line_finish(parser);
	} else if (c == '\'') {
		parser->state = ENV_SINGLE;
	} else if (c == '"') {
		parser->state = ENV_DOUBLE;
	} else if (c == '\\') {
		parser->state = ENV_VALUE_ESCAPE;
	} else if (!env_char_is_blank(c)) {
		parser->state = ENV_VALUE;
		value_add(parser, c, true);
	}
}

static void
value_step(struct env_parser *parser, char c)
{
	if (c == '\n')
		line_finish(parser);
	else if (c == '\\')
		parser->state = ENV_VALUE_ESCAPE;
	else
		value_add(parser, c, !env_char_is_blank(c));
}

static void
double_escape_step(struct env_parser *parser, char c)
{
	/*
	 * Inside double quotes a backslash escapes what the shell lets it, and continues the line.
	 */
	if (strchr("\"\\`$\n", c) == NULL)
		value_add(parser, '\\', true);
	if (c != '\n')
		value_add(parser, c, true);
	parser->state = ENV_DOUBLE;
}

static void
quoted_step(struct env_parser *parser, char c)
{
	if ((parser->state == ENV_SINGLE && c == '\'') || (parser->state == ENV_DOUBLE && c == '"'))
		parser->state = ENV_VALUE_BEGIN;
	else if (parser->state == ENV_DOUBLE && c == '\\')
		parser->state = ENV_DOUBLE_ESCAPE;
	else
		value_add(parser, c, true);
}

static void
parser_step(struct env_parser *parser, char c)
{
	switch (parser->state) {
	case ENV_LINE_BEGIN:
		line_begin_step(parser, c);
		break;
	case ENV_COMMENT:
		parser->state = c == '\n' ? ENV_LINE_BEGIN
			: c == '\\'       ? ENV_COMMENT_ESCAPE
					  : ENV_COMMENT;
		break;
	case ENV_COMMENT_ESCAPE:
		parser->state = ENV_COMMENT;
		break;
	case ENV_NAME:
		name_step(parser, c);
		break;
	case ENV_VALUE_BEGIN:
		value_begin_step(parser, c);
		break;
	case ENV_VALUE:
		value_step(parser, c);
		break;
	case ENV_VALUE_ESCAPE:
		if (c != '\n')
			value_add(parser, c, true);
		parser->state = ENV_VALUE;
		break;
	case ENV_DOUBLE_ESCAPE:
		double_escape_step(parser, c);
		break;
	case ENV_SINGLE:
	case ENV_DOUBLE:
		quoted_step(parser, c);
		break;
	}
}

static bool
parser_is_open(const struct env_parser *parser)
{
	return parser->state == ENV_SINGLE || parser->state == ENV_DOUBLE ||
		parser->state == ENV_DOUBLE_ESCAPE || parser->state == ENV_VALUE_ESCAPE;
}

enum status
env_file_parse(const struct secret *text, struct variables *variables, unsigned int *ret_open)
{
	owned_by(parser_end) struct env_parser parser = {.variables = variables, .line = 1};

	if (secret_make(&parser.value, text->length_bytes + 1) != STATUS_OK)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < text->length_bytes && parser.status == STATUS_OK; i++) {
		/* A file from another system: its carriage returns are line ends, too. */
		if (text->bytes[i] != '\r')
			parser_step(&parser, text->bytes[i]);
		parser.line += text->bytes[i] == '\n';
	}
	if (ret_open != NULL)
		*ret_open = parser_is_open(&parser) ? parser.began_line : 0;
	if (parser.status == STATUS_OK)
		line_finish(&parser);
	return parser.status;
}
