/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only home of key material: passphrases, secret access keys, session tokens, and the frames
 * that carry them. Where the bytes lie is chosen at link time by secret_memory_*: libcryptsetup's
 * safe memory in the root worker, OpenSSL's secure heap in the AWS helper. Ending a secret wipes
 * it; there is no variant that does not. Nothing in this tree prints, copies out or compares a
 * secret by hand.
 */
#ifndef LUKS_SSM_BASE_SECRET_H
#define LUKS_SSM_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/own.h"
#include "base/status.h"

struct secret {
	char *bytes; /* owned; one NUL follows the last byte, so that text can be lent as a string
		      */
	size_t length_bytes;
	size_t room_bytes; /* what was allocated, without that NUL */
};

/* `owned_secret key = {0};` is empty, and wiped and freed with its scope. */
#define owned_secret owned_by(secret_end) struct secret

/* Makes an empty secret with room for ROOM_BYTES. SECRET must be empty. STATUS_NO_MEMORY. */
must_use enum status secret_make(struct secret *secret, size_t room_bytes);

/*
 * Appends bytes within the room that is there. STATUS_BAD_VALUE when they do not fit; the secret is
 * then unchanged.
 */
must_use enum status secret_append(struct secret *secret, const void *bytes, size_t length_bytes);

/* An own copy of the bytes. STATUS_NO_MEMORY. RET_SECRET must be empty. */
must_use enum status secret_copy(const void *bytes, size_t length_bytes, struct secret *ret_secret);

/* Shortens to LENGTH_BYTES and wipes what lay behind. Does nothing when it is not shorter. */
void secret_cut(struct secret *secret, size_t length_bytes);

/*
 * A child that is forked from now on finds zeros in its place. For what no child needs: its own
 * copy would not be locked, and not be wiped when it ends before it becomes another program.
 */
void secret_withhold(struct secret *secret);

/* Moves the bytes to the caller's empty secret and leaves SOURCE empty. */
struct secret secret_steal(struct secret *source);

/* Constant-time for equal lengths. */
bool secret_is_equal(const struct secret *a, const struct secret *b);

/* Wipes, frees, empties. Safe on an empty secret. */
void secret_end(struct secret *secret);

/*
 * Given by the program that is linked (see above). memory_new returns zeroed bytes or NULL;
 * memory_end wipes them all; memory_withhold does it in children.
 */
void *secret_memory_new(size_t size_bytes);
void secret_memory_withhold(void *memory, size_t size_bytes);
void secret_memory_end(void *memory, size_t size_bytes);

#endif
