/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the root side's secrets lie: each in pages of its own, locked where the limits allow it and
 * kept out of dumps. Memory that shares pages with others, as libcryptsetup's safe memory does, is
 * unlocked with the first of them that ends. Linked into whatever opens a volume; the AWS helper
 * has its own (OpenSSL's secure heap). Linux: mlock(2), madvise(2).
 */
#include <string.h>
#include <sys/mman.h>

#include "base/secret.h"

void *
secret_memory_new(size_t size_bytes)
{
	void *pages = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0);

	if (pages == MAP_FAILED)
		return NULL;
	/* Best effort each: an ordinary user may lock only a little. */
	mlock(pages, size_bytes);
	madvise(pages, size_bytes, MADV_DONTDUMP);
	return pages;
}

void
secret_memory_withhold(void *memory, size_t size_bytes)
{
	/* Fails on no kernel that has the rest of what is used here. */
	madvise(memory, size_bytes, MADV_WIPEONFORK);
}

void
secret_memory_end(void *memory, size_t size_bytes)
{
	explicit_bzero(memory, size_bytes);
	munmap(memory, size_bytes);
}
