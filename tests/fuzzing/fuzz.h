/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets share. Each target is one file with LLVMFuzzerTestOneInput, linked either
 * with libFuzzer or with replay.c, which runs the committed corpus through it. A broken promise
 * ends the program.
 */
#ifndef LUKS_SSM_TESTS_FUZZING_FUZZ_H
#define LUKS_SSM_TESTS_FUZZING_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/reason.h"

/* What libFuzzer calls with each input; always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes);

/* Ends the program unless the fact holds; WHAT is the promise that was broken. */
void fuzz_promise(bool holds, const char *what);

/* The input as text up to its first NUL; owned by the caller. */
char *fuzz_text(const uint8_t *bytes, size_t length_bytes);

/* A refusal has its status, its stable code, and one printable line under REASON_BYTES. */
void fuzz_reason_check(enum status status, const struct reason *reason);

/* The reason does not quote SECRET, which may be NULL; what could be any word is not looked for. */
void fuzz_unquoted_check(const struct reason *reason, const char *secret);

#endif
