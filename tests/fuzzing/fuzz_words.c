/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of credential_process. Its words, quoted for a shell, are the same words. */
#include <string.h>

#include "base/own.h"
#include "creds/words.h"
#include "fuzz.h"

/* As Python's shlex.quote, but always with the quotes. */
static void
word_append(struct secret *line, const char *word)
{
	fuzz_promise(secret_append(line, "'", 1) == STATUS_OK, "there is room");
	for (const char *c = word; *c != '\0'; c++)
		fuzz_promise((*c == '\'' ? secret_append(line, "'\"'\"'", 5)
					 : secret_append(line, c, 1)) == STATUS_OK,
			"there is room");
	fuzz_promise(secret_append(line, "' ", 2) == STATUS_OK, "there is room");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_text line = fuzz_text(bytes, length_bytes);
	owned_words words = {0}, again = {0};
	owned_secret quoted = {0};

	if (words_split(line, &words) != STATUS_OK)
		return 0;
	fuzz_promise(words.count <= WORDS_MOST && words.list[words.count] == NULL,
		"the list is bounded and ends");
	fuzz_promise(secret_make(&quoted, 5 * length_bytes + 4 * WORDS_MOST) == STATUS_OK,
		"there is memory");
	for (size_t i = 0; i < words.count; i++)
		word_append(&quoted, words.list[i]);
	fuzz_promise(words_split(quoted.bytes, &again) == STATUS_OK, "it is split again");
	fuzz_promise(again.count == words.count, "as many words");
	for (size_t i = 0; i < words.count; i++)
		fuzz_promise(strcmp(again.list[i], words.list[i]) == 0, "the same words");
	return 0;
}
