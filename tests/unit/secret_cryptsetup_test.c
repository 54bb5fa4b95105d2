/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Secrets in libcryptsetup's safe memory: zeroed when they are born, wiped when they end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"

/* Not a literal that a scan of memory would find in the program itself. */
static void
needle_make(char needle[static 33])
{
	for (int i = 0; i < 32; i++)
		needle[i] = (char)('A' + (i * 7 + 3) % 26);
	needle[32] = '\0';
}

/* How often BYTES lie in the heap, as the kernel shows this process's memory. */
static unsigned int
heap_count(const char *bytes, size_t length)
{
	static char piece[1 << 16];
	unsigned long long begin = 0, end = 0;
	unsigned int count = 0;
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "re");
	FILE *memory = fopen("/proc/self/mem", "re");

	assert_non_null(maps);
	assert_non_null(memory);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (strstr(line, "[heap]") == NULL || sscanf(line, "%llx-%llx", &begin, &end) != 2)
			continue;
		for (unsigned long long at = begin; at < end; at += sizeof(piece) - length) {
			size_t wanted = end - at < sizeof(piece) ? (size_t)(end - at)
								 : sizeof(piece);

			assert_int_equal(fseeko(memory, (off_t)at, SEEK_SET), 0);
			wanted = fread(piece, 1, wanted, memory);
			for (size_t i = 0; i + length <= wanted; i++)
				count += memcmp(piece + i, bytes, length) == 0;
		}
	}
	fclose(maps);
	fclose(memory);
	explicit_bzero(piece, sizeof(piece));
	return count;
}

static void
test_an_ended_secret_leaves_nothing_in_the_heap(void **state)
{
	char needle[33];
	struct secret secret = {0};

	(void)state;
	needle_make(needle);
	assert_int_equal(secret_copy(needle, 32, &secret), STATUS_OK);
	assert_memory_equal(secret.bytes, needle, 33);
	/* Under a sanitizer or valgrind the heap lies elsewhere, and there is nothing to look into.
	 */
	if (heap_count(needle, 32) == 0) {
		secret_end(&secret);
		skip();
	}
	secret_end(&secret);
	assert_null(secret.bytes);
	assert_int_equal(heap_count(needle, 32), 0);
}

static void
test_new_memory_is_zero(void **state)
{
	char *memory = secret_memory_new(4096);

	(void)state;
	assert_non_null(memory);
	for (size_t i = 0; i < 4096; i++)
		assert_int_equal(memory[i], 0);
	memset(memory, 1, 4096);
	secret_memory_end(memory, 4096);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_ended_secret_leaves_nothing_in_the_heap),
		cmocka_unit_test(test_new_memory_is_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
