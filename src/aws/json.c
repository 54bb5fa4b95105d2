/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A thin, suspicious face of json-c. */
#include "aws/json.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The replies we read have two levels. */
#define JSON_DEPTH 8

static void
tokener_end(struct json_tokener **tokener)
{
	if (*tokener != NULL)
		json_tokener_free(*tokener);
}

/* The number of the escape that stands at TEXT, \u and four hexadecimal digits, or 0. */
static unsigned int
escape_unit(const char *text)
{
	char digits[5] = "";

	if (text[0] != '\\' || text[1] != 'u')
		return 0;
	for (size_t i = 0; i < 4; i++) {
		if (!isxdigit((unsigned char)text[2 + i]))
			return 0;
		digits[i] = text[2 + i];
	}
	return (unsigned int)strtoul(digits, NULL, 16);
}

/*
 * Half a surrogate pair is no character, but json-c takes it and puts U+FFFD in its place: the key
 * would silently be another one.
 */
static bool
surrogates_are_paired(const char *text)
{
	for (const char *at = strchr(text, '\\'); at != NULL; at = strchr(at, '\\')) {
		unsigned int unit = escape_unit(at);
		bool is_pair = (unit & 0xfc00) == 0xd800 &&
			(escape_unit(at + 6) & 0xfc00) == 0xdc00;

		if ((unit & 0xf800) == 0xd800 && !is_pair)
			return false;
		if (at[1] == '\0')
			return true;
		at += is_pair ? 12 : 2;
	}
	return true;
}

enum status
json_parse(const struct secret *text, struct json_object **ret_object)
{
	owned_by(tokener_end) struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);

	if (tokener == NULL)
		return STATUS_NO_MEMORY;
	if (text->length_bytes == 0 || text->length_bytes >= INT_MAX ||
		!surrogates_are_paired(text->bytes))
		return STATUS_BAD_REPLY;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);

	/* With its NUL: so a bare number at the end of the text would be complete, too. */
	owned_json object = json_tokener_parse_ex(tokener, text->bytes,
		(int)text->length_bytes + 1);

	if (object == NULL || json_tokener_get_error(tokener) != json_tokener_success ||
		!json_object_is_type(object, json_type_object))
		return STATUS_BAD_REPLY;
	for (size_t at = json_tokener_get_parse_end(tokener); at < text->length_bytes; at++) {
		if (strchr(" \t\r\n", text->bytes[at]) == NULL || text->bytes[at] == '\0')
			return STATUS_BAD_REPLY;
	}
	*ret_object = steal(object);
	return STATUS_OK;
}

static struct json_object *
member_find(struct json_object *object, const char *name, json_type type)
{
	struct json_object *member = NULL;

	if (object == NULL || !json_object_object_get_ex(object, name, &member) ||
		!json_object_is_type(member, type))
		return NULL;
	return member;
}

struct json_object *
json_member_object(struct json_object *object, const char *name)
{
	return member_find(object, name, json_type_object);
}

const char *
json_member_bytes(struct json_object *object, const char *name, size_t *ret_length_bytes)
{
	struct json_object *member = member_find(object, name, json_type_string);

	if (member == NULL)
		return NULL;
	*ret_length_bytes = (size_t)json_object_get_string_len(member);
	return json_object_get_string(member);
}

const char *
json_member_text(struct json_object *object, const char *name)
{
	size_t length_bytes = 0;
	const char *text = json_member_bytes(object, name, &length_bytes);

	return text != NULL && strlen(text) == length_bytes ? text : NULL;
}

bool
json_member_may_be_text(struct json_object *object, const char *name)
{
	struct json_object *member = NULL;

	return !json_object_object_get_ex(object, name, &member) || member == NULL ||
		json_member_text(object, name) != NULL;
}

int64_t
json_member_number(struct json_object *object, const char *name, int64_t fallback)
{
	struct json_object *member = member_find(object, name, json_type_int);
	int64_t number = member != NULL ? json_object_get_int64(member) : -1;

	return number >= 0 ? number : fallback;
}

/* What one byte becomes inside quotes; TEXT has room for six and a NUL. */
static void
byte_escape(char byte, char text[static 7])
{
	if (byte == '"' || byte == '\\')
		snprintf(text, 7, "\\%c", byte);
	else if ((unsigned char)byte < ' ')
		snprintf(text, 7, "\\u%04x", (unsigned int)(unsigned char)byte);
	else
		snprintf(text, 7, "%c", byte);
}

enum status
json_quote(const char *text, size_t room_bytes, char *ret_text)
{
	char escaped[7];
	size_t used = 1;

	if (room_bytes < 3)
		return STATUS_BAD_VALUE;
	ret_text[0] = '"';
	for (const char *c = text; *c != '\0'; c++) {
		byte_escape(*c, escaped);

		size_t length_bytes = strlen(escaped);

		if (used + length_bytes + 2 > room_bytes)
			return STATUS_BAD_VALUE;
		memcpy(ret_text + used, escaped, length_bytes);
		used += length_bytes;
	}
	memcpy(ret_text + used, "\"", 2);
	return STATUS_OK;
}

void
json_end(struct json_object **object)
{
	if (*object != NULL)
		json_object_put(*object);
	*object = NULL;
}
