/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The states of shlex in its POSIX mode, with blanks as the only thing between words. */
#include "creds/words.h"

#include <string.h>

#define WORD_BLANKS " \t\r\n"

static bool
word_begin(struct words *words)
{
	if (words->count == WORDS_MOST)
		return false;
	words->list[words->count++] = words->text.bytes + words->text.length_bytes;
	return true;
}

/* There is room for every byte of the line and a NUL for each word. */
static void
word_add(struct words *words, char c)
{
	(void)!secret_append(&words->text, &c, 1);
}

/* From behind the opening quote; returns behind the closing one, or NULL. */
static const char *
quoted_take(struct words *words, const char *at, char quote)
{
	while (*at != '\0' && *at != quote) {
		/* Within double quotes a backslash escapes them and itself, and is else a letter.
		 */
		if (quote == '"' && *at == '\\' && (at[1] == '"' || at[1] == '\\'))
			at++;
		word_add(words, *at++);
	}
	return *at == quote ? at + 1 : NULL;
}

/* One word; returns what stands behind it, or NULL. */
static const char *
word_take(struct words *words, const char *at)
{
	while (at != NULL && *at != '\0' && strchr(WORD_BLANKS, *at) == NULL) {
		char c = *at++;

		if (c == '"' || c == '\'') {
			at = quoted_take(words, at, c);
			continue;
		}
		if (c == '\\' && *at == '\0')
			return NULL;
		word_add(words, c == '\\' ? *at++ : c);
	}
	word_add(words, '\0');
	return at;
}

enum status
words_split(const char *line, struct words *ret_words)
{
	owned_words words = {0};
	const char *at = line + strspn(line, WORD_BLANKS);

	if (secret_make(&words.text, strlen(line) + WORDS_MOST + 1) != STATUS_OK)
		return STATUS_NO_MEMORY;
	while (*at != '\0') {
		if (!word_begin(&words))
			return STATUS_BAD_VALUE;
		at = word_take(&words, at);
		if (at == NULL)
			return STATUS_BAD_VALUE;
		at += strspn(at, WORD_BLANKS);
	}
	*ret_words = words;
	words.text = (struct secret){0};
	return STATUS_OK;
}

void
words_end(struct words *words)
{
	secret_end(&words->text);
}
