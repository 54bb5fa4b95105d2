/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Secrets: bounds, moves, and that every byte is handed over for wiping. The memory is the test's
 * own, so that it can be looked at after the secret is gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"

#define KEY "not-a-real-key"
#define KEY_BYTES (sizeof(KEY) - 1)

/* Never given out twice within a test, so that what was freed stays to be seen. */
static struct {
	char bytes[1024];
	size_t used_bytes, withheld_bytes;
	unsigned int live;
	bool is_exhausted;
} arena;

void *
secret_memory_new(size_t size_bytes)
{
	if (arena.is_exhausted || size_bytes > sizeof(arena.bytes) - arena.used_bytes)
		return NULL;

	char *memory = arena.bytes + arena.used_bytes;

	arena.used_bytes += size_bytes;
	arena.live++;
	return memory;
}

void
secret_memory_withhold(void *memory, size_t size_bytes)
{
	assert_non_null(memory);
	arena.withheld_bytes += size_bytes;
}

void
secret_memory_end(void *memory, size_t size_bytes)
{
	assert_non_null(memory);
	assert_true(arena.live > 0);
	arena.live--;
	memset(memory, 0, size_bytes);
}

static int
arena_begin(void **state)
{
	(void)state;
	memset(&arena, 0, sizeof(arena));
	return 0;
}

static bool
arena_is_blank(void)
{
	for (size_t i = 0; i < sizeof(arena.bytes); i++) {
		if (arena.bytes[i] != 0)
			return false;
	}
	return true;
}

static void
a_secret_takes_its_room_and_not_a_byte_more(void **state)
{
	owned_secret secret = {0};

	(void)state;
	assert_int_equal(secret_make(&secret, 4), STATUS_OK);
	assert_int_equal(secret_append(&secret, "abc", 3), STATUS_OK);
	assert_int_equal(secret_append(&secret, "de", 2), STATUS_BAD_VALUE);
	assert_int_equal(secret.length_bytes, 3);
	assert_string_equal(secret.bytes, "abc");
	assert_int_equal(secret_append(&secret, "d", 1), STATUS_OK);
	assert_int_equal(secret_append(&secret, "e", 1), STATUS_BAD_VALUE);
	assert_int_equal(secret_append(&secret, "", 0), STATUS_OK);
	assert_string_equal(secret.bytes, "abcd");
}

static void
an_enormous_length_does_not_wrap_around(void **state)
{
	owned_secret secret = {0}, other = {0};

	(void)state;
	assert_int_equal(secret_make(&other, SIZE_MAX), STATUS_NO_MEMORY);
	assert_int_equal(secret_make(&secret, 4), STATUS_OK);
	assert_int_equal(secret_append(&secret, "ab", 2), STATUS_OK);
	assert_int_equal(secret_append(&secret, "c", SIZE_MAX), STATUS_BAD_VALUE);
	assert_int_equal(secret_append(&secret, "c", SIZE_MAX - 1), STATUS_BAD_VALUE);
}

static void
an_empty_secret_takes_nothing_but_nothing(void **state)
{
	owned_secret empty = {0};

	(void)state;
	assert_int_equal(secret_append(&empty, "", 0), STATUS_OK);
	assert_int_equal(secret_append(&empty, "a", 1), STATUS_BAD_VALUE);
	secret_cut(&empty, 0);
	assert_null(empty.bytes);
}

static void
the_end_hands_over_every_byte_for_wiping(void **state)
{
	struct secret secret = {0};

	(void)state;
	assert_int_equal(secret_make(&secret, KEY_BYTES), STATUS_OK);
	assert_int_equal(secret_append(&secret, KEY, KEY_BYTES), STATUS_OK);
	/* Shortened by hand: what lies behind the length is key material all the same. */
	secret.length_bytes = 1;
	secret_end(&secret);
	assert_true(arena_is_blank());
	assert_int_equal(arena.live, 0);
	assert_null(secret.bytes);
	assert_int_equal(secret.length_bytes, 0);
	assert_int_equal(secret.room_bytes, 0);
	secret_end(&secret);
	assert_int_equal(arena.live, 0);
}

static void
the_end_of_a_scope_wipes(void **state)
{
	(void)state;
	{
		owned_secret secret = {0};

		assert_int_equal(secret_copy(KEY, KEY_BYTES, &secret), STATUS_OK);
		assert_false(arena_is_blank());
	}
	assert_true(arena_is_blank());
	assert_int_equal(arena.live, 0);
}

static void
a_cut_wipes_what_lay_behind_it(void **state)
{
	owned_secret secret = {0};

	(void)state;
	assert_int_equal(secret_copy(KEY, KEY_BYTES, &secret), STATUS_OK);
	secret_cut(&secret, 3);
	assert_int_equal(secret.length_bytes, 3);
	assert_string_equal(secret.bytes, "not");
	for (size_t i = 3; i < KEY_BYTES; i++)
		assert_int_equal(secret.bytes[i], 0);
	secret_cut(&secret, 10);
	assert_int_equal(secret.length_bytes, 3);
	/* The room is still there. */
	assert_int_equal(secret_append(&secret, "-one", 4), STATUS_OK);
	assert_string_equal(secret.bytes, "not-one");
}

static void
stealing_moves_the_bytes_and_leaves_nothing(void **state)
{
	struct secret source = {0};

	(void)state;
	assert_int_equal(secret_copy(KEY, KEY_BYTES, &source), STATUS_OK);

	char *bytes = source.bytes;
	owned_secret taker = secret_steal(&source);

	assert_ptr_equal(taker.bytes, bytes);
	assert_int_equal(taker.length_bytes, KEY_BYTES);
	assert_null(source.bytes);
	assert_int_equal(source.length_bytes, 0);
	assert_int_equal(source.room_bytes, 0);
	secret_end(&source);
	assert_int_equal(arena.live, 1);
	assert_memory_equal(taker.bytes, KEY, KEY_BYTES);
}

static void
a_copy_is_an_own_one(void **state)
{
	owned_secret first = {0}, second = {0};

	(void)state;
	assert_int_equal(secret_copy(KEY, KEY_BYTES, &first), STATUS_OK);
	assert_int_equal(secret_copy(first.bytes, first.length_bytes, &second), STATUS_OK);
	assert_ptr_not_equal(first.bytes, second.bytes);
	secret_end(&first);
	assert_string_equal(second.bytes, KEY);
}

static void
without_memory_nothing_is_made_and_nothing_is_changed(void **state)
{
	struct secret secret = {0};

	(void)state;
	arena.is_exhausted = true;
	assert_int_equal(secret_make(&secret, 4), STATUS_NO_MEMORY);
	assert_int_equal(secret_copy(KEY, KEY_BYTES, &secret), STATUS_NO_MEMORY);
	assert_null(secret.bytes);
	assert_true(arena_is_blank());
}

static void
equal_are_the_same_bytes_in_the_same_number(void **state)
{
	owned_secret key = {0}, same = {0}, longer = {0}, first = {0}, last = {0}, empty = {0};

	(void)state;
	assert_int_equal(secret_copy("k\0y", 3, &key), STATUS_OK);
	assert_int_equal(secret_copy("k\0y", 3, &same), STATUS_OK);
	assert_int_equal(secret_copy("k\0y\0", 4, &longer), STATUS_OK);
	assert_int_equal(secret_copy("K\0y", 3, &first), STATUS_OK);
	assert_int_equal(secret_copy("k\0Y", 3, &last), STATUS_OK);
	assert_true(secret_is_equal(&key, &same));
	assert_false(secret_is_equal(&key, &longer));
	assert_false(secret_is_equal(&key, &first));
	assert_false(secret_is_equal(&key, &last));
	assert_false(secret_is_equal(&key, &empty));
	assert_true(secret_is_equal(&empty, &empty));
}

static void
what_is_withheld_is_all_of_its_room(void **state)
{
	owned_secret key = {0}, empty = {0};

	(void)state;
	assert_int_equal(secret_make(&key, 100), STATUS_OK);
	assert_int_equal(secret_append(&key, KEY, KEY_BYTES), STATUS_OK);
	secret_withhold(&key);
	assert_int_equal(arena.withheld_bytes, 101);
	secret_withhold(&empty);
	assert_int_equal(arena.withheld_bytes, 101);
}

#define WITH_ARENA(fact) cmocka_unit_test_setup(fact, arena_begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_secret_takes_its_room_and_not_a_byte_more),
		WITH_ARENA(an_enormous_length_does_not_wrap_around),
		WITH_ARENA(an_empty_secret_takes_nothing_but_nothing),
		WITH_ARENA(the_end_hands_over_every_byte_for_wiping),
		WITH_ARENA(the_end_of_a_scope_wipes),
		WITH_ARENA(a_cut_wipes_what_lay_behind_it),
		WITH_ARENA(stealing_moves_the_bytes_and_leaves_nothing),
		WITH_ARENA(a_copy_is_an_own_one),
		WITH_ARENA(without_memory_nothing_is_made_and_nothing_is_changed),
		WITH_ARENA(what_is_withheld_is_all_of_its_room),
		WITH_ARENA(equal_are_the_same_bytes_in_the_same_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
