/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the value of the parameter to the passphrase. base64 and hex are decoded without a branch or
 * a table look-up that depends on the secret. A rejected value is never quoted.
 */
#ifndef LUKS_SSM_AWS_ENCODING_H
#define LUKS_SSM_AWS_ENCODING_H

#include "base/reason.h"
#include "base/secret.h"

/* The longest passphrase that is taken, in bytes: what a secret of Secrets Manager can hold. */
#define KEY_BYTES_MAX 65536

struct decoded {
	struct secret key;   /* owned */
	bool has_backslash;  /* text only */
	bool has_more_lines; /* text only: something but newlines follows the first newline */
};

#define owned_decoded owned_by(decoded_end) struct decoded

/*
 * ENCODING is text (the bytes before the first newline, as cryptsetup reads them from a pipe), raw
 * (every byte), base64 (RFC 4648, with its padding; white space is skipped) or hex (pairs of digits
 * in either case; white space is skipped). OBJECT names the parameter in the reason.
 * STATUS_BAD_VALUE: empty, longer than KEY_BYTES_MAX, not decodable. STATUS_BAD_PARAMETER: another
 * encoding.
 */
must_use enum status encoding_decode(const char *encoding, const char *object, const char *value,
	size_t value_bytes, struct decoded *ret_decoded, struct reason *reason);

void decoded_end(struct decoded *decoded);

#endif
