/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the helper's secrets lie: zeroed at first, wiped at last, and there is room when the heap
 * has none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/crypto.h>
#include <string.h>

#include "aws/secret_openssl.h"
#include "base/secret.h"

#define LARGE_BYTES (1u << 20)

static bool
is_zero(const unsigned char *bytes, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++) {
		if (bytes[i] != 0)
			return false;
	}
	return true;
}

static void
a_secret_is_zeroed_also_where_another_lay(void **state)
{
	unsigned char *first = secret_memory_new(1000);

	(void)state;
	assert_non_null(first);
	assert_true(is_zero(first, 1000));
	memset(first, 'k', 1000);
	secret_memory_end(first, 1000);
	unsigned char *second = secret_memory_new(1000);

	assert_true(is_zero(second, 1000));
	secret_memory_end(second, 1000);
}

static void
a_small_secret_lies_in_the_secure_heap_and_a_large_one_does_not_fill_it(void **state)
{
	void *small = secret_memory_new(1000), *large = secret_memory_new(LARGE_BYTES);

	(void)state;
	assert_non_null(small);
	assert_non_null(large);
	assert_true(is_zero(large, LARGE_BYTES));
	if (CRYPTO_secure_malloc_initialized()) {
		assert_int_equal(CRYPTO_secure_allocated(small), 1);
		assert_int_equal(CRYPTO_secure_allocated(large), 0);
	}
	secret_memory_end(large, LARGE_BYTES);
	secret_memory_end(small, 1000);
}

/* Eight quarters of the heap: what finds no room there gets pages of its own. */
static void
a_full_heap_refuses_nobody(void **state)
{
	unsigned char *secrets[8];

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		secrets[i] = secret_memory_new(LARGE_BYTES / 4);
		assert_non_null(secrets[i]);
		memset(secrets[i], (int)('0' + i), LARGE_BYTES / 4);
	}
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(secrets[i][0], '0' + i);
		assert_int_equal(secrets[i][LARGE_BYTES / 4 - 1], '0' + i);
		secret_memory_end(secrets[i], LARGE_BYTES / 4);
	}
	if (CRYPTO_secure_malloc_initialized())
		assert_int_equal(CRYPTO_secure_used(), 0);
}

static int
heap_begin(void **state)
{
	(void)state;
#ifdef WITH_SANITIZERS
	return secret_heap_open() ? -1 : 0;
#else
	/* False where no memory may be locked: then all of them get pages. */
	(void)secret_heap_open();
	return 0;
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_zeroed_also_where_another_lay),
		cmocka_unit_test(
			a_small_secret_lies_in_the_secure_heap_and_a_large_one_does_not_fill_it),
		cmocka_unit_test(a_full_heap_refuses_nobody),
	};

	return cmocka_run_group_tests(tests, heap_begin, NULL);
}
