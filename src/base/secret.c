/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct secret: bounded, wiped, moved and never copied by accident. */
#include "base/secret.h"

#include <stdint.h>
#include <string.h>

enum status
secret_make(struct secret *secret, size_t room_bytes)
{
	if (room_bytes >= SIZE_MAX)
		return STATUS_NO_MEMORY;

	char *bytes = secret_memory_new(room_bytes + 1);

	if (bytes == NULL)
		return STATUS_NO_MEMORY;
	*secret = (struct secret){.bytes = bytes, .length_bytes = 0, .room_bytes = room_bytes};
	return STATUS_OK;
}

enum status
secret_append(struct secret *secret, const void *bytes, size_t length_bytes)
{
	if (length_bytes > secret->room_bytes - secret->length_bytes)
		return STATUS_BAD_VALUE;
	if (length_bytes == 0)
		return STATUS_OK;
	memcpy(secret->bytes + secret->length_bytes, bytes, length_bytes);
	secret->length_bytes += length_bytes;
	secret->bytes[secret->length_bytes] = '\0';
	return STATUS_OK;
}

enum status
secret_copy(const void *bytes, size_t length_bytes, struct secret *ret_secret)
{
	owned_secret copy = {0};
	enum status status = secret_make(&copy, length_bytes);

	if (status == STATUS_OK)
		status = secret_append(&copy, bytes, length_bytes);
	if (status == STATUS_OK)
		*ret_secret = secret_steal(&copy);
	return status;
}

void
secret_cut(struct secret *secret, size_t length_bytes)
{
	if (length_bytes >= secret->length_bytes)
		return;
	explicit_bzero(secret->bytes + length_bytes, secret->length_bytes - length_bytes);
	secret->length_bytes = length_bytes;
}

void
secret_withhold(struct secret *secret)
{
	if (secret->bytes != NULL)
		secret_memory_withhold(secret->bytes, secret->room_bytes + 1);
}

struct secret
secret_steal(struct secret *source)
{
	struct secret stolen = *source;

	*source = (struct secret){0};
	return stolen;
}

bool
secret_is_equal(const struct secret *a, const struct secret *b)
{
	if (a->length_bytes != b->length_bytes)
		return false;

	unsigned char difference = 0;

	for (size_t i = 0; i < a->length_bytes; i++)
		difference |= (unsigned char)((unsigned char)a->bytes[i] ^
			(unsigned char)b->bytes[i]);
	return difference == 0;
}

void
secret_end(struct secret *secret)
{
	if (secret->bytes != NULL)
		secret_memory_end(secret->bytes, secret->room_bytes + 1);
	*secret = (struct secret){0};
}
