/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which keyslots are tried, and in what order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libcryptsetup.h>

#include "luks_file.h"
#include "volume/luks.h"

static void
luks_load_file(const struct luks_file *file, struct luks *luks)
{
	struct reason reason = {0};

	assert_int_equal(luks_open(file->path, NULL, "", luks, &reason), STATUS_OK);
}

static void
test_the_cheap_slot_comes_first(void **state)
{
	struct luks_file file;
	struct luks_slot slots[LUKS_SLOTS];
	owned_luks luks = LUKS_EMPTY;

	(void)state;
	luks_file_make(&file, 2);
	luks_file_add_key(&file, 1, "second", 65536);
	luks_file_add_key(&file, 2, "third", 0);
	luks_load_file(&file, &luks);
	assert_int_equal(luks_slots_list(&luks, slots), 3);
	assert_int_equal(slots[0].number, 0);
	assert_int_equal(slots[1].number, 2);
	assert_int_equal(slots[2].number, 1);
	assert_int_equal(slots[2].kdf_kib, 65536);
	luks_file_end(&file);
}

static void
test_a_preferred_slot_comes_before_a_cheap_one_and_an_ignored_one_never(void **state)
{
	struct luks_file file;
	struct luks_slot slots[LUKS_SLOTS];
	owned_luks luks = LUKS_EMPTY;

	(void)state;
	luks_file_make(&file, 2);
	luks_file_add_key(&file, 1, "second", 65536);
	luks_file_add_key(&file, 2, "third", 0);
	luks_load_file(&file, &luks);
	assert_int_equal(crypt_keyslot_set_priority(luks.handle, 1, CRYPT_SLOT_PRIORITY_PREFER), 0);
	assert_int_equal(crypt_keyslot_set_priority(luks.handle, 0, CRYPT_SLOT_PRIORITY_IGNORE), 0);
	assert_int_equal(luks_slots_list(&luks, slots), 2);
	assert_int_equal(slots[0].number, 1);
	assert_int_equal(slots[1].number, 2);
	luks_file_end(&file);
}

static void
test_a_key_of_any_slot_opens(void **state)
{
	static const char *const keys[] = {LUKS_FILE_KEY, "second", "third"};
	struct luks_file file;
	owned_luks luks = LUKS_EMPTY;

	(void)state;
	luks_file_make(&file, 2);
	luks_file_add_key(&file, 1, "second", 32768);
	luks_file_add_key(&file, 5, "third", 0);
	luks_load_file(&file, &luks);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		owned_secret key = {0};
		struct reason reason = {0};

		assert_int_equal(secret_copy(keys[i], strlen(keys[i]), &key), STATUS_OK);
		assert_int_equal(luks_unlock(&luks, NULL, &key, 0, deadline_in_ms(20000), &reason),
			STATUS_OK);
	}
	luks_file_end(&file);
}

static void
test_without_a_slot_there_is_no_key_to_try(void **state)
{
	struct luks_file file;
	owned_luks luks = LUKS_EMPTY;
	owned_secret key = {0};
	struct reason reason = {0};

	(void)state;
	luks_file_make(&file, 1);
	luks_load_file(&file, &luks);
	assert_int_equal(crypt_keyslot_destroy(luks.handle, 0), 0);
	assert_int_equal(secret_copy("any", 3, &key), STATUS_OK);
	assert_int_equal(luks_unlock(&luks, NULL, &key, 0, deadline_in_ms(1000), &reason),
		STATUS_NO_KEYSLOT);
	luks_file_end(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_cheap_slot_comes_first),
		cmocka_unit_test(
			test_a_preferred_slot_comes_before_a_cheap_one_and_an_ignored_one_never),
		cmocka_unit_test(test_a_key_of_any_slot_opens),
		cmocka_unit_test(test_without_a_slot_there_is_no_key_to_try),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
