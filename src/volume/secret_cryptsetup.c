/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the root side's secrets lie: libcryptsetup's safe memory, which is locked where the limits
 * allow it and wiped when it is freed. Linked into whatever opens a volume; the AWS helper has its
 * own (OpenSSL's secure heap).
 */
#include <libcryptsetup.h>

#include "base/secret.h"

void *
secret_memory_new(size_t size_bytes)
{
	return crypt_safe_alloc(size_bytes);
}

void
secret_memory_end(void *memory, size_t size_bytes)
{
	/* The library remembers the size and wipes all of it. */
	(void)size_bytes;
	crypt_safe_free(memory);
}
