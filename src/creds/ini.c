/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Line by line; a section that appears twice is one. */
#include "creds/ini.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NAME_BYTES 160

struct span {
	const char *bytes;
	size_t length_bytes;
};

struct ini_parser {
	struct ini ini;          /* owned */
	char parent[NAME_BYTES]; /* the last name whose value was empty, "" when there is none */
	bool has_section;
};

static void
ini_parser_end(struct ini_parser *parser)
{
	ini_end(&parser->ini);
}

static struct span
span_trim(struct span span)
{
	while (span.length_bytes > 0 && isspace((unsigned char)span.bytes[0])) {
		span.bytes++;
		span.length_bytes--;
	}
	while (span.length_bytes > 0 && isspace((unsigned char)span.bytes[span.length_bytes - 1]))
		span.length_bytes--;
	return span;
}

/* Ends a value before a comment: a blank followed by # or ;. */
static struct span
span_uncomment(struct span span)
{
	for (size_t i = 1; i < span.length_bytes; i++) {
		if ((span.bytes[i] == '#' || span.bytes[i] == ';') &&
			isspace((unsigned char)span.bytes[i - 1])) {
			span.length_bytes = i;
			return span_trim(span);
		}
	}
	return span;
}

static bool
name_write(const char *prefix, struct span span, char ret_name[static NAME_BYTES])
{
	int used = snprintf(ret_name, NAME_BYTES, "%s%s%.*s", prefix, prefix[0] != '\0' ? "." : "",
		(int)span.length_bytes, span.bytes);

	for (char *c = ret_name; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return used > 0 && used < NAME_BYTES && span.length_bytes > 0;
}

/* "profile  \"a b\"" becomes "profile a b". */
static bool
section_name_write(struct span span, char ret_name[static NAME_BYTES])
{
	size_t used = 0;

	for (size_t i = 0; i < span.length_bytes; i++) {
		char c = isspace((unsigned char)span.bytes[i]) ? ' ' : span.bytes[i];

		if (c == '"' || (c == ' ' && (used == 0 || ret_name[used - 1] == ' ')))
			continue;
		if (used + 1 >= NAME_BYTES)
			return false;
		ret_name[used++] = c;
	}
	ret_name[used] = '\0';
	return used > 0;
}

/* A name that was there moves to the end, because the last section is the one that grows. */
static bool
section_reopen(struct ini *ini, const char *name)
{
	for (size_t i = 0; i < ini->count; i++) {
		if (strcmp(ini->sections[i].name, name) != 0)
			continue;
		struct ini_section again = ini->sections[i];

		memmove(&ini->sections[i], &ini->sections[i + 1],
			(ini->count - 1 - i) * sizeof(again));
		ini->sections[ini->count - 1] = again;
		return true;
	}
	return false;
}

static enum status
section_begin(struct ini_parser *parser, struct span line)
{
	struct ini *ini = &parser->ini;
	const char *end = memchr(line.bytes, ']', line.length_bytes);
	char name[NAME_BYTES];

	if (end == NULL)
		return STATUS_BAD_PROFILE;
	if (!section_name_write(span_trim((struct span){line.bytes + 1,
					(size_t)(end - line.bytes) - 1}),
		    name))
		return STATUS_BAD_PROFILE;
	parser->parent[0] = '\0';
	parser->has_section = true;
	if (section_reopen(ini, name))
		return STATUS_OK;

	struct ini_section *sections = reallocarray(ini->sections, ini->count + 1,
		sizeof(*sections));

	if (sections == NULL)
		return STATUS_NO_MEMORY;
	ini->sections = sections;
	sections[ini->count] = (struct ini_section){.name = strdup(name)};
	if (sections[ini->count].name == NULL)
		return STATUS_NO_MEMORY;
	ini->count++;
	return STATUS_OK;
}

static enum status
assignment_take(struct ini_parser *parser, struct span line, bool is_indented)
{
	const char *equals = memchr(line.bytes, '=', line.length_bytes);
	char name[NAME_BYTES];
	bool is_nested = is_indented && parser->parent[0] != '\0';

	/* An indented line without an assignment goes on with a value that we do not need. */
	if (is_indented && !is_nested && equals == NULL)
		return STATUS_OK;
	if (equals == NULL || !parser->has_section)
		return STATUS_BAD_PROFILE;

	struct span value = {equals + 1, line.length_bytes - (size_t)(equals + 1 - line.bytes)};

	if (!name_write(is_nested ? parser->parent : "",
		    span_trim((struct span){line.bytes, (size_t)(equals - line.bytes)}), name))
		return STATUS_BAD_PROFILE;
	value = span_uncomment(span_trim(value));
	if (!is_nested)
		snprintf(parser->parent, sizeof(parser->parent), "%s",
			value.length_bytes == 0 ? name : "");
	return variables_set(&parser->ini.sections[parser->ini.count - 1].variables, name,
		value.bytes, value.length_bytes);
}

static enum status
line_take(struct ini_parser *parser, struct span raw)
{
	struct span line = span_trim(raw);

	if (line.length_bytes == 0 || line.bytes[0] == '#' || line.bytes[0] == ';')
		return STATUS_OK;
	if (line.bytes[0] == '[' && line.bytes == raw.bytes)
		return section_begin(parser, line);
	return assignment_take(parser, line, line.bytes != raw.bytes);
}

enum status
ini_parse(const struct secret *text, struct ini *ret_ini, unsigned int *ret_line)
{
	owned_by(ini_parser_end) struct ini_parser parser = {0};
	const char *at = text->bytes, *end = text->bytes + text->length_bytes;

	for (unsigned int number = 1; at < end; number++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *line_end = newline != NULL ? newline : end;
		enum status status = line_take(&parser, (struct span){at, (size_t)(line_end - at)});

		if (status != STATUS_OK) {
			*ret_line = number;
			return status;
		}
		at = line_end + 1;
	}
	*ret_ini = parser.ini;
	parser.ini = (struct ini){0};
	return STATUS_OK;
}

const struct variables *
ini_section_find(const struct ini *ini, const char *name)
{
	for (size_t i = 0; i < ini->count; i++) {
		if (strcmp(ini->sections[i].name, name) == 0)
			return &ini->sections[i].variables;
	}
	return NULL;
}

void
ini_end(struct ini *ini)
{
	for (size_t i = 0; i < ini->count; i++) {
		free(ini->sections[i].name);
		variables_end(&ini->sections[i].variables);
	}
	free(ini->sections);
	*ini = (struct ini){0};
}
