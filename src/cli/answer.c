/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The members of an answer, kept by json-c. */
#include "cli/answer.h"

#include <string.h>

#include "base/own.h"

struct json_object *
answer_root(struct answer *answer)
{
	if (answer->root == NULL)
		answer->root = json_object_new_object();
	return answer->root;
}

/* Takes VALUE over. */
static void
member_add(struct json_object *object, const char *name, struct json_object *value)
{
	if (object == NULL || value == NULL || json_object_object_add(object, name, value) != 0)
		json_object_put(value);
}

/* How many bytes the UTF-8 character at TEXT has; 0 when it is none (RFC 3629). */
static size_t
utf8_length(const unsigned char *text)
{
	size_t length = text[0] < 0x80 ? 1 : text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;

	if ((text[0] >= 0x80 && text[0] < 0xc2) || text[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	}
	return length;
}

/* Names of files and processes are bytes: what is no UTF-8, and what would steer a terminal,
 * becomes '?'. */
static void
text_clean(char *text)
{
	for (size_t i = 0; text[i] != '\0';) {
		unsigned char first = (unsigned char)text[i];
		size_t length = utf8_length((unsigned char *)text + i);
		bool steers = (first < 0x20 && first != '\n' && first != '\t') || first == 0x7f ||
			(first == 0xc2 && length == 2 && (unsigned char)text[i + 1] < 0xa0);

		if (length == 0 || steers)
			text[i] = '?';
		i += length > 0 && !steers ? length : 1;
	}
}

void
answer_text(struct json_object *object, const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	owned_text copy = strdup(text);

	if (copy == NULL)
		return;
	text_clean(copy);
	member_add(object, name, json_object_new_string(copy));
}

void
answer_number(struct json_object *object, const char *name, int64_t number)
{
	member_add(object, name, json_object_new_int64(number));
}

void
answer_flag(struct json_object *object, const char *name, bool flag)
{
	member_add(object, name, json_object_new_boolean(flag));
}

struct json_object *
answer_list(struct json_object *object, const char *name)
{
	member_add(object, name, json_object_new_array());
	return json_object_object_get(object, name);
}

struct json_object *
answer_row(struct json_object *list)
{
	struct json_object *row = json_object_new_object();

	if (list != NULL && row != NULL && json_object_array_add(list, row) == 0)
		return row;
	json_object_put(row);
	return NULL;
}

struct json_object *
answer_object(struct json_object *object, const char *name)
{
	member_add(object, name, json_object_new_object());
	return json_object_object_get(object, name);
}

void
answer_error(struct answer *answer, enum status status, const struct reason *reason)
{
	if (status == STATUS_OK)
		return;
	const char *code = status_code(status);
	size_t code_bytes = strlen(code);
	const char *text = reason->text;
	struct json_object *error = answer_object(answer_root(answer), "error");

	if (strncmp(text, code, code_bytes) == 0 && strncmp(text + code_bytes, ": ", 2) == 0)
		text += code_bytes + 2;
	answer_text(error, "code", code);
	answer_text(error, "text", text);
}

void
answer_write_json(const struct answer *answer, FILE *out)
{
	const char *text = answer->root != NULL
		? json_object_to_json_string_ext(answer->root,
			  JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)
		: "{}";

	fprintf(out, "%s\n", text != NULL ? text : "{}");
}

void
answer_end(struct answer *answer)
{
	json_object_put(answer->root);
	answer->root = NULL;
}
