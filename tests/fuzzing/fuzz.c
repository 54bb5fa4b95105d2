/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The promises that every parser makes. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Anything shorter may stand in the reason's own words. */
#define SECRET_BYTES_MIN 12

void
fuzz_promise(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

char *
fuzz_text(const uint8_t *bytes, size_t length_bytes)
{
	char *text = strndup((const char *)bytes, length_bytes);

	fuzz_promise(text != NULL, "there is memory");
	return text;
}

void
fuzz_reason_check(enum status status, const struct reason *reason)
{
	const char *code = status_code(status);
	size_t code_bytes = strlen(code);

	fuzz_promise(reason->status == status, "the reason has the status that was returned");
	fuzz_promise(strncmp(reason->text, code, code_bytes) == 0 &&
			strncmp(reason->text + code_bytes, ": ", 2) == 0,
		"the reason begins with its stable code");
	fuzz_promise(memchr(reason->text, '\0', REASON_BYTES) != NULL, "the reason ends");
	fuzz_promise(reason->text[code_bytes + 2] != '\0', "the reason says something");
	for (const char *c = reason->text; *c != '\0'; c++)
		fuzz_promise((unsigned char)*c >= ' ' && *c != 0x7f, "the reason is one line");
}

/* Short, or of letters alone, such as the name of a field. */
static bool
text_may_be_a_word(const char *text)
{
	size_t length = strlen(text);

	return length < SECRET_BYTES_MIN ||
		strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == length;
}

void
fuzz_unquoted_check(const struct reason *reason, const char *secret)
{
	fuzz_promise(secret == NULL || text_may_be_a_word(secret) ||
			strstr(reason->text, secret) == NULL,
		"the reason quotes no secret");
}
