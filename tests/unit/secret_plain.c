/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the secrets of a test program lie: on the heap, so that sanitizers and valgrind see every
 * byte.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

void *
secret_memory_new(size_t size_bytes)
{
	return calloc(1, size_bytes);
}

/* The heap is for all: what a child finds is proved in secret_pages_test and tests/leaks. */
void
secret_memory_withhold(void *memory, size_t size_bytes)
{
	(void)memory;
	(void)size_bytes;
}

void
secret_memory_end(void *memory, size_t size_bytes)
{
	explicit_bzero(memory, size_bytes);
	free(memory);
}
