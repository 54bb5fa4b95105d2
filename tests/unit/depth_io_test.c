/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The deep checks' own input and output on an ordinary directory: they succeed, fail where they
 * must, and leave nothing. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "luks_file.h"
#include "volume/depth_io.h"

static struct depth_place place;

static int
directory_make(void **state)
{
	(void)state;
	strcpy(place.directory, "/tmp/luks-ssm-XXXXXX");
	return mkdtemp(place.directory) == NULL;
}

static int
directory_remove(void **state)
{
	(void)state;
	return rmdir(place.directory);
}

static int
entries_count(void)
{
	int count = 0;
	DIR *directory = opendir(place.directory);

	assert_non_null(directory);
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

static void
test_a_write_is_read_back_and_leaves_nothing(void **state)
{
	struct reason reason = {0};

	(void)state;
	assert_int_equal(depth_write(&place, &reason), STATUS_OK);
	assert_string_equal(reason.text, "");
	assert_int_equal(entries_count(), 2);
}

static void
test_a_look_up_of_nothing_succeeds(void **state)
{
	struct reason reason = {0};

	(void)state;
	assert_int_equal(depth_look_up(&place, &reason), STATUS_OK);
}

static void
test_a_directory_that_is_gone_fails(void **state)
{
	struct depth_place gone = {.directory = "/nonexistent", .mapping = "/nonexistent"};
	struct reason reason = {0};

	(void)state;
	assert_int_equal(depth_look_up(&gone, &reason), STATUS_DEVICE_IO);
	reason_clear(&reason);
	assert_int_equal(depth_write(&gone, &reason), STATUS_DEVICE_IO);
	reason_clear(&reason);
	assert_int_equal(depth_read_mapping(&gone, &reason), STATUS_DEVICE_IO);
}

static void
test_a_header_of_another_volume_is_seen(void **state)
{
	struct luks_file file;
	struct depth_header header = {.luks_uuid = "00000000000000000000000000000001"};
	struct reason reason = {0};

	(void)state;
	luks_file_make(&file, 2);
	snprintf(header.path, sizeof(header.path), "%s", file.path);
	assert_int_equal(depth_judge_header(&header, &reason), STATUS_WRONG_UUID);
	strcpy(header.luks_uuid, LUKS_FILE_UUID_STRIPPED);
	reason_clear(&reason);
	assert_int_equal(depth_judge_header(&header, &reason), STATUS_OK);
	assert_false(header.copy_damaged);
	luks_file_damage(&file, 4096, 10);
	assert_int_equal(depth_judge_header(&header, &reason), STATUS_OK);
	assert_true(header.copy_damaged);
	luks_file_end(&file);
	reason_clear(&reason);
	strcpy(header.path, "/nowhere/header");
	assert_int_equal(depth_judge_header(&header, &reason), STATUS_NO_HEADER);
	assert_non_null(strstr(reason.text, "not there"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_write_is_read_back_and_leaves_nothing),
		cmocka_unit_test(test_a_look_up_of_nothing_succeeds),
		cmocka_unit_test(test_a_directory_that_is_gone_fails),
		cmocka_unit_test(test_a_header_of_another_volume_is_seen),
	};

	return cmocka_run_group_tests(tests, directory_make, directory_remove);
}
