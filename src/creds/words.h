/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Splits a command line into words as Python's shlex.split does, and botocore by it: quotes and
 * backslashes of the shell, and nothing else of it. Runs nothing and expands nothing.
 */
#ifndef LUKS_SSM_CREDS_WORDS_H
#define LUKS_SSM_CREDS_WORDS_H

#include <stddef.h>

#include "base/secret.h"

#define WORDS_MOST 64

struct words {
	struct secret text;         /* owned; the words, each with its NUL */
	char *list[WORDS_MOST + 1]; /* lent by TEXT; NULL behind the last */
	size_t count;
};

#define owned_words owned_by(words_end) struct words

/*
 * STATUS_BAD_VALUE: a quote is not closed, nothing follows a backslash, there are more than
 * WORDS_MOST words. STATUS_NO_MEMORY.
 */
must_use enum status words_split(const char *line, struct words *ret_words);

void words_end(struct words *words);

#endif
