/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the search for traces looks for: markers, whole or in pieces of 16 bytes and more. They are
 * held masked, so that the searcher's own memory is no find.
 */
#ifndef LUKS_SSM_TESTS_LEAKS_NEEDLES_H
#define LUKS_SSM_TESTS_LEAKS_NEEDLES_H

#include <stddef.h>

#define FRAGMENT_BYTES 16

struct needles;

/* One find: LENGTH_BYTES of the needle NAME, which is all of it when IS_WHOLE. */
typedef void
needle_found(void *context, const char *name, size_t at, size_t length_bytes, int is_whole);

/* Each line of the file at PATH: a name, a blank, the needle in hexadecimal, each byte xor 0xa5.
 * NULL: unreadable. */
struct needles *needles_read(const char *path);

void needles_search(const struct needles *needles, const unsigned char *bytes, size_t length_bytes,
	needle_found *found, void *context);

#endif
