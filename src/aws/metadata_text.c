/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Byte by byte, to the end that the reply had: a NUL ends nothing. */
#include "aws/metadata_text.h"

#include <string.h>

#include "aws/partition.h"

enum status
metadata_token_check(const struct secret *body, const char *host, struct reason *reason)
{
	bool is_plain = body->length_bytes > 0;

	for (size_t i = 0; i < body->length_bytes; i++)
		is_plain = is_plain && body->bytes[i] > ' ' && body->bytes[i] <= '~';
	if (!is_plain)
		return reason_set(reason, STATUS_BAD_REPLY,
			"%.80s: what came is not a token of instance metadata; see what sits between",
			host);
	return STATUS_OK;
}

enum status
metadata_role_take(const struct secret *body, const char *host,
	char ret_role[static METADATA_ROLE_BYTES], struct reason *reason)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+=,.@-";
	size_t length_bytes = body->bytes != NULL ? strspn(body->bytes, letters) : 0;

	if (length_bytes == 0 || length_bytes >= METADATA_ROLE_BYTES ||
		(length_bytes < body->length_bytes && body->bytes[length_bytes] != '\n'))
		return reason_set(reason, STATUS_BAD_REPLY,
			"%.80s: what came is not the name of a role; see what sits between", host);
	memcpy(ret_role, body->bytes, length_bytes);
	ret_role[length_bytes] = '\0';
	return STATUS_OK;
}

enum status
metadata_region_take(const struct secret *body, char ret_region[static REGION_BYTES],
	struct reason *reason)
{
	if (body->length_bytes == 0 || body->length_bytes >= REGION_BYTES ||
		strlen(body->bytes) != body->length_bytes || !region_is_well_formed(body->bytes))
		return reason_set(reason, STATUS_NO_REGION,
			"no region is configured and instance metadata gives none; set region");
	memcpy(ret_region, body->bytes, body->length_bytes + 1);
	return STATUS_OK;
}
