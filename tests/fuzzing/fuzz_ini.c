/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AWS's shared files. What is refused leaves nothing behind and names its line; what is taken,
 * written anew, says the same.
 */
#include <string.h>

#include "creds/ini.h"
#include "fuzz.h"

static void
text_append(struct secret *text, const char *bytes, size_t length_bytes)
{
	fuzz_promise(secret_append(text, bytes, length_bytes) == STATUS_OK, "there is room");
}

/* A few odd names can be read but not written in their plain form. */
static bool
section_is_plain(const struct ini_section *section)
{
	if (section->name[strlen(section->name) - 1] == ' ')
		return false;
	for (size_t i = 0; i < section->variables.count; i++) {
		if (section->variables.rows[i].name[0] == '[')
			return false;
	}
	return true;
}

static void
section_append(struct secret *text, const struct ini_section *section)
{
	text_append(text, "[", 1);
	text_append(text, section->name, strlen(section->name));
	text_append(text, "]\n", 2);
	for (size_t i = 0; i < section->variables.count; i++) {
		const struct variable *row = &section->variables.rows[i];

		text_append(text, row->name, strlen(row->name));
		text_append(text, " = ", 3);
		text_append(text, row->value.bytes, row->value.length_bytes);
		text_append(text, "\n", 1);
	}
}

static void
section_compare(const struct variables *a, const struct variables *b)
{
	fuzz_promise(a != NULL && a->count == b->count, "a section comes back whole");
	for (size_t i = 0; i < a->count; i++)
		fuzz_promise(strcmp(a->rows[i].name, b->rows[i].name) == 0 &&
				secret_is_equal(&a->rows[i].value, &b->rows[i].value),
			"each value comes back");
}

static void
ini_write_again(const struct ini *ini, size_t length_bytes)
{
	owned_secret text = {0};
	owned_ini again = {0};
	unsigned int line = 0;

	/* A name below another grows by that one's, at most 160 bytes for each line. */
	fuzz_promise(secret_make(&text, 170 * length_bytes + 16) == STATUS_OK, "there is memory");
	for (size_t i = 0; i < ini->count; i++) {
		if (!section_is_plain(&ini->sections[i]))
			return;
		section_append(&text, &ini->sections[i]);
	}
	fuzz_promise(ini_parse(&text, &again, &line) == STATUS_OK, "it is read again");
	for (size_t i = 0; i < ini->count; i++)
		section_compare(ini_section_find(&again, ini->sections[i].name),
			&ini->sections[i].variables);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_ini ini = {0};
	owned_secret text = {0};
	unsigned int line = 0;

	/* The file's reader has refused such a text before (trusted_file.h). */
	if (memchr(bytes, '\0', length_bytes) != NULL)
		return 0;
	fuzz_promise(secret_copy(bytes, length_bytes, &text) == STATUS_OK, "there is memory");
	if (ini_parse(&text, &ini, &line) == STATUS_OK)
		ini_write_again(&ini, length_bytes);
	else
		fuzz_promise(ini.count == 0 && line > 0 && line <= length_bytes + 1,
			"a refusal names its line and leaves nothing");
	return 0;
}
