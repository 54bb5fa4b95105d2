/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks tests/data/KIND/invalid: every file there is one malformed input, named by what is wrong
 * with it. Beside it stands NAME.expected: the stable code on the first line, words of the reason
 * on the second. Inputs that hold a secret spell it with HUSH, which no reason may show.
 */
#ifndef LUKS_SSM_TESTS_UNIT_INVALID_CASES_H
#define LUKS_SSM_TESTS_UNIT_INVALID_CASES_H

#include <stddef.h>

#include "base/reason.h"

#define INVALID_CASE_BYTES 65536

/* Hands the input to its parser; what it says of it. The text ends in a NUL behind its length. */
typedef enum status
invalid_try(const char *path, const char *text, size_t length_bytes, struct reason *reason);

/* Fails the test for a case without an expectation, an expectation without a case, or another
 * answer. */
void invalid_cases_walk(const char *kind, invalid_try *try);

#endif
