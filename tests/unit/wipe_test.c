/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * free and realloc that wipe. What was freed is looked at through its address alone; the allocator
 * writes its own links into the first words, so the rest is compared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_BYTES 600
#define LINKS_BYTES 32

/* A block full of 'k', with a neighbour that keeps it from melting into the rest of the heap. */
static uintptr_t
block_make(void **ret_neighbour)
{
	char *block = malloc(SIZE_BYTES);
	/* The compiler is to forget that this is the block. */
	volatile uintptr_t address = (uintptr_t)block;

	*ret_neighbour = malloc(SIZE_BYTES);
	assert_non_null(block);
	memset(block, 'k', SIZE_BYTES);
	return address;
}

/* What was freed is read on purpose: the compiler must not know whose address this is. */
static uintptr_t
origin_forgotten(uintptr_t address)
{
	__asm__ volatile("" : "+r"(address));
	return address;
}

static size_t
letters_left(uintptr_t address)
{
	const volatile char *bytes = (const volatile char *)origin_forgotten(address);
	size_t left = 0;

	for (size_t i = LINKS_BYTES; i < SIZE_BYTES; i++)
		left += bytes[i] == 'k';
	return left;
}

static void
what_is_freed_is_wiped(void **state)
{
	void *neighbour;
	uintptr_t address = block_make(&neighbour);

	(void)state;
	assert_int_equal(letters_left(address), SIZE_BYTES - LINKS_BYTES);
	free((void *)address);
	assert_int_equal(letters_left(address), 0);
	free(neighbour);
}

static void
what_grows_or_shrinks_moves_whole_and_leaves_nothing_behind(void **state)
{
	static const size_t sizes[] = {SIZE_BYTES * 3, SIZE_BYTES / 2};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		size_t kept = sizes[i] < SIZE_BYTES ? sizes[i] : SIZE_BYTES;
		void *neighbour;
		uintptr_t address = block_make(&neighbour);
		char *moved = realloc((void *)address, sizes[i]);

		assert_non_null(moved);
		assert_true((uintptr_t)moved != address);
		for (size_t j = 0; j < kept; j++)
			assert_int_equal(moved[j], 'k');
		assert_int_equal(letters_left(address), 0);
		free(moved);
		free(neighbour);
	}
}

/* json-c and libcurl grow their buffers by this one. */
static void
reallocarray_goes_the_same_way(void **state)
{
	void *neighbour;
	uintptr_t address = block_make(&neighbour);
	char *moved = reallocarray((void *)address, 3, SIZE_BYTES);

	(void)state;
	assert_true((uintptr_t)moved != address);
	assert_int_equal(letters_left(address), 0);
	free(moved);
	free(neighbour);
}

static void
nothing_and_zero_bytes_mean_what_they_mean_elsewhere(void **state)
{
	void *neighbour;
	uintptr_t address = block_make(&neighbour);
	char *made = realloc(NULL, 100);

	(void)state;
	free(NULL);
	assert_non_null(made);
	free(made);
	assert_null(realloc((void *)address, 0));
	assert_int_equal(letters_left(address), 0);
	free(neighbour);
}

/* free must keep errno (POSIX 2024), and a failed realloc the block. */
static void
errno_and_a_block_that_could_not_grow_stay_as_they_were(void **state)
{
	void *neighbour;
	uintptr_t address = block_make(&neighbour);
	volatile size_t impossible = PTRDIFF_MAX;

	(void)state;
	assert_null(realloc((void *)origin_forgotten(address), impossible));
	assert_int_equal(letters_left(address), SIZE_BYTES - LINKS_BYTES);
	errno = EIO;
	free((void *)address);
	assert_int_equal(errno, EIO);
	free(neighbour);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_freed_is_wiped),
		cmocka_unit_test(what_grows_or_shrinks_moves_whole_and_leaves_nothing_behind),
		cmocka_unit_test(reallocarray_goes_the_same_way),
		cmocka_unit_test(nothing_and_zero_bytes_mean_what_they_mean_elsewhere),
		cmocka_unit_test(errno_and_a_block_that_could_not_grow_stay_as_they_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
