/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The environment file. Names are names, values come from the text, and the assignments written
 * anew, quoted, say the same.
 */
#include <string.h>

#include "creds/env_file.h"
#include "fuzz.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

static void
byte_append(struct secret *text, char byte)
{
	fuzz_promise(secret_append(text, &byte, 1) == STATUS_OK, "there is room");
}

static void
assignment_append(struct secret *text, const struct variable *row)
{
	fuzz_promise(secret_append(text, row->name, strlen(row->name)) == STATUS_OK,
		"there is room");
	byte_append(text, '=');
	byte_append(text, '"');
	for (size_t i = 0; i < row->value.length_bytes; i++) {
		if (memchr("\"\\`$", row->value.bytes[i], 4) != NULL)
			byte_append(text, '\\');
		byte_append(text, row->value.bytes[i]);
	}
	byte_append(text, '"');
	byte_append(text, '\n');
}

static void
variables_check(const struct variables *variables, size_t length_bytes)
{
	for (size_t i = 0; i < variables->count; i++) {
		const char *name = variables->rows[i].name;

		fuzz_promise(name[0] != '\0' && strspn(name, LETTERS) == strlen(name),
			"a name is a name");
		fuzz_promise(variables->rows[i].value.length_bytes <= length_bytes,
			"a value comes from the text");
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_variables variables = {0}, again = {0};
	owned_secret text = {0}, written = {0};

	fuzz_promise(secret_copy(bytes, length_bytes, &text) == STATUS_OK, "there is memory");
	fuzz_promise(env_file_parse(&text, &variables, NULL) == STATUS_OK,
		"every text can be read");
	variables_check(&variables, length_bytes);
	fuzz_promise(secret_make(&written, 8 * length_bytes + 8) == STATUS_OK, "there is memory");
	for (size_t i = 0; i < variables.count; i++)
		assignment_append(&written, &variables.rows[i]);
	fuzz_promise(env_file_parse(&written, &again, NULL) == STATUS_OK, "it is read again");
	fuzz_promise(again.count == variables.count, "nothing is lost");
	for (size_t i = 0; i < again.count; i++)
		fuzz_promise(strcmp(again.rows[i].name, variables.rows[i].name) == 0 &&
				secret_is_equal(&again.rows[i].value, &variables.rows[i].value),
			"each assignment says the same");
	return 0;
}
