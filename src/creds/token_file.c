/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Read, trim, look. */
#include "creds/token_file.h"

#include <string.h>

#include "creds/trusted_file.h"

#define TOKEN_LIMIT_BYTES 16384

/* One line that a header can carry; blanks may stand inside («Bearer …»). */
static bool
token_is_line(const struct secret *token)
{
	for (size_t i = 0; i < token->length_bytes; i++) {
		if (token->bytes[i] < ' ' || token->bytes[i] > '~')
			return false;
	}
	return true;
}

enum status
token_file_read(const char *path, const char *what, struct secret *ret_token, struct reason *reason)
{
	owned_secret token = {0};
	enum status status = trusted_file_read(path, what, TRUSTED_READABLE, TOKEN_LIMIT_BYTES,
		&token, reason);

	if (status != STATUS_OK)
		return status;
	/* An editor ends the line with a newline, which is not the token's. */
	while (token.length_bytes > 0 &&
		strchr("\r\n", token.bytes[token.length_bytes - 1]) != NULL)
		secret_cut(&token, token.length_bytes - 1);
	if (token.length_bytes == 0)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"%s: %.100s is empty; put the token there", what, path);
	if (!token_is_line(&token))
		return reason_set(reason, STATUS_BAD_PROFILE,
			"%s: %.100s is not one line of printable text; put the token there", what,
			path);
	*ret_token = secret_steal(&token);
	return STATUS_OK;
}
