/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the helper's secrets lie: OpenSSL's secure heap (guarded, locked, not dumped). What does
 * not fit there, such as a request with a large CA bundle, lies in pages of its own that are locked
 * and kept out of dumps as far as allowed.
 */
#include "aws/secret_openssl.h"

#include <openssl/crypto.h>
#include <string.h>
#include <sys/mman.h>

#include "base/secret.h"

/*
 * Room for a 64 KB value in every shape it passes through; the heap hands out powers of two from 64
 * bytes on.
 */
#define HEAP_BYTES (1u << 20)
#define HEAP_SMALLEST_BYTES 64

bool
secret_heap_open(void)
{
#ifdef WITH_SANITIZERS
	/* The heap hides overruns from the sanitizers: there every secret gets pages of its own. */
	return false;
#else
	return CRYPTO_secure_malloc_init(HEAP_BYTES, HEAP_SMALLEST_BYTES) == 1;
#endif
}

static void *
pages_new(size_t size_bytes)
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

void *
secret_memory_new(size_t size_bytes)
{
	void *memory = NULL;

	/*
	 * OPENSSL_secure_zalloc falls back to the common heap only where there is no secure one at
	 * all.
	 */
	if (CRYPTO_secure_malloc_initialized() && size_bytes <= HEAP_BYTES / 4)
		memory = OPENSSL_secure_zalloc(size_bytes);
	return memory != NULL ? memory : pages_new(size_bytes);
}

/* The helper has no children: the jail lets it start none. */
void
secret_memory_withhold(void *memory, size_t size_bytes)
{
	(void)memory;
	(void)size_bytes;
}

void
secret_memory_end(void *memory, size_t size_bytes)
{
	if (CRYPTO_secure_malloc_initialized() && CRYPTO_secure_allocated(memory)) {
		OPENSSL_secure_clear_free(memory, size_bytes);
		return;
	}
	explicit_bzero(memory, size_bytes);
	munmap(memory, size_bytes);
}
