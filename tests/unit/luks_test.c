/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers are judged on a copy, and the device stays as it was. Keys are proven on the copy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "luks_file.h"
#include "volume/luks.h"

/* LUKS2's second copy of a header made here; the first JSON area begins at 4096. */
#define SECOND_COPY 0x4000
#define JSON 0x1000

static enum status
judge(const struct luks_file *file, const char *pin, struct luks_report *report,
	struct reason *reason)
{
	owned_header header = HEADER_EMPTY;
	long before_length, after_length;
	unsigned char *before = luks_file_read(file, &before_length);
	enum status status = header_copy(file->path, &header, reason);

	if (status == STATUS_OK)
		status = luks_judge(&header, pin, report, reason);

	unsigned char *after = luks_file_read(file, &after_length);

	assert_int_equal(before_length, after_length);
	assert_memory_equal(before, after, (size_t)before_length);
	free(before);
	free(after);
	return status;
}

static enum status
try_key(const struct luks_file *file, const char *text)
{
	owned_header header = HEADER_EMPTY;
	owned_secret key = {0};
	struct reason reason = {0};

	assert_int_equal(secret_copy(text, strlen(text), &key), STATUS_OK);
	assert_int_equal(header_copy(file->path, &header, &reason), STATUS_OK);
	return luks_try_key(&header, &key, deadline_in_ms(20000), &reason);
}

static void
test_a_good_header_is_reported(void **state)
{
	struct luks_file file;
	struct luks_report report = {0};
	struct reason reason = {0};

	(void)state;
	for (int version = 1; version <= 2; version++) {
		luks_file_make(&file, version);
		assert_int_equal(judge(&file, LUKS_FILE_UUID_STRIPPED, &report, &reason),
			STATUS_OK);
		assert_string_equal(reason.text, "");
		assert_string_equal(report.uuid, LUKS_FILE_UUID_STRIPPED);
		assert_int_equal(report.version, version);
		assert_int_equal(report.slots, 1);
		assert_int_equal(report.least_kdf_kib, 0);
		assert_false(report.copy_damaged);
		assert_false(report.reencrypting);
		luks_file_end(&file);
	}
}

static void
test_another_uuid_than_the_pin_is_refused(void **state)
{
	struct luks_file file;
	struct luks_report report = {0};
	struct reason reason = {0};

	(void)state;
	luks_file_make(&file, 2);
	assert_int_equal(judge(&file, "ffffffffffffffffffffffffffffffff", &report, &reason),
		STATUS_WRONG_UUID);
	assert_non_null(strstr(reason.text, LUKS_FILE_UUID));
	luks_file_end(&file);
}

static void
test_one_damaged_copy_is_reported_and_not_repaired(void **state)
{
	static const long places[] = {0, JSON, SECOND_COPY, SECOND_COPY + JSON};
	struct luks_file file;

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct luks_report report = {0};
		struct reason reason = {0};

		luks_file_make(&file, 2);
		luks_file_damage(&file, places[i], 64);
		assert_int_equal(judge(&file, "", &report, &reason), STATUS_OK);
		assert_true(report.copy_damaged);
		luks_file_end(&file);
	}
}

static void
test_two_damaged_copies_are_damage_and_not_another_kind_of_disk(void **state)
{
	struct luks_file file;
	struct luks_report report = {0};
	struct reason reason = {0};

	(void)state;
	luks_file_make(&file, 2);
	luks_file_damage(&file, JSON, 64);
	luks_file_damage(&file, SECOND_COPY + JSON, 64);
	assert_int_equal(judge(&file, "", &report, &reason), STATUS_HEADER_DAMAGED);
	luks_file_end(&file);
}

static void
test_a_damaged_luks1_header_is_damage(void **state)
{
	struct luks_file file;
	struct luks_report report = {0};
	struct reason reason = {0};

	(void)state;
	luks_file_make(&file, 1);
	/* Version, cipher name and what follows; the magic stays. */
	luks_file_damage(&file, 6, 200);
	assert_int_equal(judge(&file, "", &report, &reason), STATUS_HEADER_DAMAGED);
	luks_file_end(&file);
}

static void
test_a_null_cipher_is_refused(void **state)
{
	/* The second one as the kernel's own names may have it (dm-crypt's capi: form). */
	static const char *const names[][2] = {{"cipher_null", "ecb"},
		{"capi:ecb(cipher_null)", "plain"}};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct luks_file file;
		struct luks_report report = {0};
		struct reason reason = {0};

		luks_file_make(&file, 1);
		/* LUKS1 carries no checksum: cipher name and mode stand at 8 and 40. */
		luks_file_write(&file, 8, names[i][0], strlen(names[i][0]) + 1);
		luks_file_write(&file, 40, names[i][1], strlen(names[i][1]) + 1);
		assert_int_equal(judge(&file, "", &report, &reason), STATUS_HEADER_UNSUPPORTED);
		luks_file_end(&file);
	}
}

/* Whoever can write the disk can do so after the copy was judged, too. */
static void
test_what_is_opened_is_judged_again(void **state)
{
	struct luks_file file;
	owned_luks luks = LUKS_EMPTY;
	struct reason reason = {0};
	char uuid[LUKS_UUID_BYTES];

	(void)state;
	luks_file_make(&file, 1);
	assert_true(luks_uuid_parse(LUKS_FILE_UUID, uuid));
	luks_file_write(&file, 8, "cipher_null", sizeof("cipher_null"));
	luks_file_write(&file, 40, "ecb", sizeof("ecb"));
	assert_int_equal(luks_open(file.path, NULL, uuid, &luks, &reason),
		STATUS_HEADER_UNSUPPORTED);
	luks_file_end(&file);
}

static void
test_the_key_opens_a_copy_and_another_does_not(void **state)
{
	struct luks_file file;

	(void)state;
	for (int version = 1; version <= 2; version++) {
		luks_file_make(&file, version);
		assert_int_equal(try_key(&file, LUKS_FILE_KEY), STATUS_OK);
		assert_int_equal(try_key(&file, "wrong"), STATUS_WRONG_KEY);
		luks_file_end(&file);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_header_is_reported),
		cmocka_unit_test(test_another_uuid_than_the_pin_is_refused),
		cmocka_unit_test(test_one_damaged_copy_is_reported_and_not_repaired),
		cmocka_unit_test(test_two_damaged_copies_are_damage_and_not_another_kind_of_disk),
		cmocka_unit_test(test_a_damaged_luks1_header_is_damage),
		cmocka_unit_test(test_a_null_cipher_is_refused),
		cmocka_unit_test(test_what_is_opened_is_judged_again),
		cmocka_unit_test(test_the_key_opens_a_copy_and_another_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
