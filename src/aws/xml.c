/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One pass over the bytes; the path of open elements is all that is remembered. */
#include "aws/xml.h"

#include <stdlib.h>
#include <string.h>

#define XML_DEPTH 8
#define XML_PATH_BYTES 256
#define NAME_FIRST "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
#define NAME_LETTERS NAME_FIRST "0123456789.-:"
#define BLANKS " \t\r\n"

struct xml_parser {
	char *at; /* a NUL stands at the end of the document and nowhere before */
	char path[XML_PATH_BYTES];
	size_t path_bytes;
	size_t parents_bytes[XML_DEPTH]; /* the length of the path before each open element */
	size_t depth;
	char *text, *text_end; /* of the innermost element, decoded so far */
	bool is_leaf;          /* it holds nothing but text until now */
	struct xml_text *texts;
	size_t count;
};

static void
blanks_skip(struct xml_parser *parser)
{
	parser->at += strspn(parser->at, BLANKS);
}

/* The length of the name at this place, 0 when there is none. */
static size_t
xml_name_bytes(const char *text)
{
	return strspn(text, NAME_FIRST) > 0 ? strspn(text, NAME_LETTERS) : 0;
}

/* NAME="VALUE" in either quotes; the value is of no interest. */
static bool
attribute_skip(struct xml_parser *parser)
{
	size_t name_bytes = xml_name_bytes(parser->at);
	char quote = '\0';

	parser->at += name_bytes;
	if (name_bytes == 0 || parser->at[0] != '=')
		return false;
	quote = parser->at[1];
	if (quote != '"' && quote != '\'')
		return false;
	parser->at += 2;
	parser->at += strcspn(parser->at, quote == '"' ? "\"<" : "'<");
	if (*parser->at != quote)
		return false;
	parser->at++;
	return true;
}

static bool
declaration_skip(struct xml_parser *parser)
{
	if (strncmp(parser->at, "<?xml ", 6) != 0)
		return true;

	char *end = strstr(parser->at, "?>");

	if (end == NULL || memchr(parser->at + 1, '<', (size_t)(end - parser->at - 1)) != NULL)
		return false;
	parser->at = end + 2;
	blanks_skip(parser);
	return true;
}

static bool
element_enter(struct xml_parser *parser, const char *name, size_t name_bytes)
{
	if (parser->depth == XML_DEPTH ||
		parser->path_bytes + name_bytes + 2 > sizeof(parser->path))
		return false;
	parser->parents_bytes[parser->depth++] = parser->path_bytes;
	if (parser->path_bytes > 0)
		parser->path[parser->path_bytes++] = '/';
	memcpy(parser->path + parser->path_bytes, name, name_bytes);
	parser->path_bytes += name_bytes;
	parser->path[parser->path_bytes] = '\0';
	parser->is_leaf = true;
	parser->text = parser->text_end = parser->at;
	return true;
}

/* Its end tag has been read, so that the NUL may lie upon it. */
static bool
element_leave(struct xml_parser *parser)
{
	for (size_t i = 0; i < parser->count; i++) {
		struct xml_text *wanted = &parser->texts[i];

		if (strcmp(wanted->path, parser->path) != 0)
			continue;
		if (!parser->is_leaf || wanted->text != NULL)
			return false;
		*parser->text_end = '\0';
		wanted->text = parser->text;
	}
	parser->path_bytes = parser->parents_bytes[--parser->depth];
	parser->path[parser->path_bytes] = '\0';
	parser->is_leaf = false;
	parser->text = parser->text_end = parser->at;
	return true;
}

/* Text beside elements is blank, or it would be lost unseen. */
static bool
text_is_blank(const struct xml_parser *parser)
{
	for (const char *c = parser->text; c < parser->text_end; c++) {
		if (strchr(BLANKS, *c) == NULL)
			return false;
	}
	return true;
}

static bool
start_tag_take(struct xml_parser *parser)
{
	char *name = parser->at + 1;
	size_t name_bytes = xml_name_bytes(name);

	if (name_bytes == 0 || !text_is_blank(parser))
		return false;
	parser->at = name + name_bytes;
	while (strspn(parser->at, BLANKS) > 0) {
		blanks_skip(parser);
		if (*parser->at != '>' && *parser->at != '/' && !attribute_skip(parser))
			return false;
	}

	bool is_empty = *parser->at == '/';

	parser->at += is_empty ? 1 : 0;
	if (*parser->at != '>')
		return false;
	parser->at++;
	if (!element_enter(parser, name, name_bytes))
		return false;
	if (!is_empty)
		return true;
	/* No end tag follows that a NUL could lie upon: the one before «>» serves. */
	parser->text = parser->text_end = parser->at - 1;
	return element_leave(parser);
}

static bool
end_tag_take(struct xml_parser *parser)
{
	const char *name = parser->at + 2;
	size_t name_bytes = xml_name_bytes(name);

	if (parser->depth == 0 || (!parser->is_leaf && !text_is_blank(parser)))
		return false;

	size_t parent_bytes = parser->parents_bytes[parser->depth - 1];
	const char *open = parser->path + parent_bytes + (parent_bytes > 0 ? 1 : 0);

	if (strlen(open) != name_bytes || memcmp(open, name, name_bytes) != 0)
		return false;
	parser->at += 2 + name_bytes;
	blanks_skip(parser);
	if (*parser->at != '>')
		return false;
	parser->at++;
	return element_leave(parser);
}

/* The character of «#60;» or «#x3c;», 0 when it is none that we take. */
static char
number_reference_take(const char *text, size_t length_bytes)
{
	bool is_hex = text[1] == 'x';
	const char *digits = text + (is_hex ? 2 : 1);
	size_t digit_count = strspn(digits, is_hex ? "0123456789abcdefABCDEF" : "0123456789");
	unsigned long number = 0;

	if (digit_count == 0 || digit_count > 6 || digits + digit_count != text + length_bytes)
		return '\0';
	number = strtoul(digits, NULL, is_hex ? 16 : 10);
	return (number >= ' ' && number <= '~') || number == '\t' || number == '\n' ||
			number == '\r'
		? (char)number
		: '\0';
}

/* The reference at this place, without its «&»; 0 when it is none that we take. */
static char
reference_take(const char *text, size_t length_bytes)
{
	static const struct {
		const char *name;
		char meaning;
	} names[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};

	if (text[0] == '#')
		return number_reference_take(text, length_bytes);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i].name) == length_bytes &&
			memcmp(names[i].name, text, length_bytes) == 0)
			return names[i].meaning;
	}
	return '\0';
}

/* One character of text, decoded; what is decoded is never longer than what it came from. */
static bool
character_take(struct xml_parser *parser)
{
	char c = *parser->at;

	if (parser->depth == 0 || ((unsigned char)c < ' ' && strchr(BLANKS, c) == NULL))
		return false;
	if (c == '&') {
		size_t length_bytes = strcspn(parser->at + 1, ";<&");

		c = parser->at[1 + length_bytes] == ';'
			? reference_take(parser->at + 1, length_bytes)
			: '\0';
		if (c == '\0')
			return false;
		parser->at += length_bytes + 1;
	}
	*parser->text_end++ = c;
	parser->at++;
	return true;
}

static bool
parser_advance(struct xml_parser *parser)
{
	if (*parser->at != '<')
		return character_take(parser);
	return parser->at[1] == '/' ? end_tag_take(parser) : start_tag_take(parser);
}

enum status
xml_read(struct secret *document, struct xml_text *texts, size_t count)
{
	struct xml_parser parser = {.at = document->bytes, .texts = texts, .count = count};

	if (document->length_bytes == 0 || strlen(document->bytes) != document->length_bytes)
		return STATUS_BAD_REPLY;
	parser.text = parser.text_end = parser.at;
	blanks_skip(&parser);
	if (!declaration_skip(&parser) || *parser.at != '<')
		return STATUS_BAD_REPLY;
	parser.text = parser.text_end = parser.at;
	do {
		if (*parser.at == '\0' || !parser_advance(&parser))
			return STATUS_BAD_REPLY;
	} while (parser.depth > 0);
	blanks_skip(&parser);
	return *parser.at == '\0' ? STATUS_OK : STATUS_BAD_REPLY;
}
