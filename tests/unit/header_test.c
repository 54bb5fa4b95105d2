/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A private copy holds the header's metadata and nothing else; what is no LUKS header is known by
 * its magic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "luks_file.h"
#include "volume/header.h"

static void
test_the_copy_is_as_long_as_the_device_and_begins_alike(void **state)
{
	struct luks_file file;
	owned_header header = HEADER_EMPTY;
	struct reason reason = {0};
	_Alignas(4096) char copied[4096];
	_Alignas(4096) char original[4096];

	(void)state;
	luks_file_make(&file, 2);
	assert_int_equal(header_copy(file.path, &header, &reason), STATUS_OK);
	assert_int_equal(header.device_bytes, 20 * 1024 * 1024);
	assert_int_equal(lseek(header.copy_fd, 0, SEEK_END), 20 * 1024 * 1024);
	for (off_t at = 0; at < 0x8000; at += (off_t)sizeof(copied)) {
		assert_int_equal(pread(header.copy_fd, copied, sizeof(copied), at), sizeof(copied));
		assert_int_equal(pread(header.device_fd, original, sizeof(original), at),
			sizeof(original));
		assert_memory_equal(copied, original, sizeof(copied));
	}
	luks_file_end(&file);
}

static void
test_a_part_is_copied_to_its_place(void **state)
{
	struct luks_file file;
	owned_header header = HEADER_EMPTY;
	struct reason reason = {0};
	char piece[16] = "";

	(void)state;
	luks_file_make(&file, 1);
	luks_file_write(&file, 5000001, "somewhere", 9);
	assert_int_equal(header_copy(file.path, &header, &reason), STATUS_OK);
	assert_int_equal(header_copy_part(&header, 5000001, 9, &reason), STATUS_OK);
	assert_int_equal(pread(header.copy_fd, piece, 9, 5000001), 9);
	assert_string_equal(piece, "somewhere");
	/* Beyond the end there is nothing to copy. */
	assert_int_equal(header_copy_part(&header, 1000000000, UINT64_MAX, &reason), STATUS_OK);
	luks_file_end(&file);
}

static void
test_the_second_magic_alone_is_luks(void **state)
{
	struct luks_file file;
	owned_header header = HEADER_EMPTY;
	struct reason reason = {0};

	(void)state;
	luks_file_make(&file, 2);
	luks_file_damage(&file, 0, 512);
	assert_int_equal(header_copy(file.path, &header, &reason), STATUS_OK);
	luks_file_end(&file);
}

static void
test_no_magic_anywhere_is_no_luks(void **state)
{
	struct luks_file file;
	owned_header header = HEADER_EMPTY;
	struct reason reason = {0};

	(void)state;
	luks_file_make(&file, 2);
	luks_file_damage(&file, 0, 512);
	luks_file_damage(&file, 0x4000, 512);
	assert_int_equal(header_copy(file.path, &header, &reason), STATUS_NOT_LUKS);
	luks_file_end(&file);
}

static void
test_what_is_not_there_is_no_device(void **state)
{
	owned_header header = HEADER_EMPTY;
	struct reason reason = {0};

	(void)state;
	assert_int_equal(header_copy("/nonexistent/device", &header, &reason), STATUS_NO_DEVICE);
	reason_clear(&reason);
	assert_int_equal(header_copy("/dev/null", &header, &reason), STATUS_NOT_LUKS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_copy_is_as_long_as_the_device_and_begins_alike),
		cmocka_unit_test(test_a_part_is_copied_to_its_place),
		cmocka_unit_test(test_the_second_magic_alone_is_luks),
		cmocka_unit_test(test_no_magic_anywhere_is_no_luks),
		cmocka_unit_test(test_what_is_not_there_is_no_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
