/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * free and realloc that wipe, for the whole program: libcurl, json-c and OpenSSL give back what
 * they copied of tokens and of the key without wiping it. Linked into luks-ssm-aws only, and not
 * into sanitizer builds. glibc only.
 */
#include <errno.h>
#include <malloc.h>
#include <string.h>

/* glibc's own functions under their second names. */
extern void __libc_free(void *memory);

void
free(void *memory)
{
	int error = errno;

	if (memory == NULL)
		return;
	explicit_bzero(memory, malloc_usable_size(memory));
	__libc_free(memory);
	errno = error;
}

/* Never grows in place: what moves leaves nothing behind. */
void *
realloc(void *memory, size_t size_bytes)
{
	if (memory == NULL)
		return malloc(size_bytes);
	if (size_bytes == 0) {
		free(memory);
		return NULL;
	}

	size_t old_bytes = malloc_usable_size(memory);
	void *moved = malloc(size_bytes);

	if (moved == NULL)
		return NULL;
	memcpy(moved, memory, old_bytes < size_bytes ? old_bytes : size_bytes);
	free(memory);
	return moved;
}
