/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disks are found by what they carry. The disks are files with LUKS headers, in a made-up /dev. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_tree.h"
#include "luks_file.h"
#include "volume/disk_probe.h"

static struct luks_file luks;

static int
begin(void **state)
{
	int result = fake_tree_begin(state);

	luks_file_make(&luks, 2);
	return result;
}

static int
end(void **state)
{
	luks_file_end(&luks);
	return fake_tree_end(state);
}

/* A disk with a size in sysfs, whose node is the file at TARGET, or one full of nothing. */
static void
disk_make(const char *name, unsigned int minor_number, const char *target)
{
	char path[64];

	fake_disk(name, 8, minor_number);
	snprintf(path, sizeof(path), "sys/devices/%s/size", name);
	fake_file(path, "40960\n");
	if (target == NULL)
		return;
	snprintf(path, sizeof(path), "dev/%s", name);
	assert_int_equal(unlink(path), 0);
	fake_link(target, path);
}

static enum status
find(const char *tag, char path[static PATH_MAX], struct reason *reason)
{
	return disk_probe(tag, deadline_in_ms(10000), path, reason);
}

static void
test_the_disk_that_carries_the_uuid_is_found_in_any_case(void **state)
{
	char path[PATH_MAX] = "";
	struct reason reason = {0};

	(void)state;
	disk_make("sda", 0, NULL);
	disk_make("sdb", 16, luks.path);
	assert_int_equal(find("UUID=" LUKS_FILE_UUID, path, &reason), STATUS_OK);
	assert_string_equal(path, "dev/sdb");
	assert_int_equal(find("UUID=00112233-4455-6677-8899-AABBCCDDEEFF", path, &reason),
		STATUS_OK);
}

static void
test_two_disks_with_the_same_uuid_are_nobodys(void **state)
{
	char path[PATH_MAX] = "";
	struct reason reason = {0};

	(void)state;
	disk_make("sda", 0, luks.path);
	disk_make("sdb", 16, luks.path);
	assert_int_equal(find("UUID=" LUKS_FILE_UUID, path, &reason), STATUS_NO_DEVICE);
	assert_non_null(strstr(reason.text, "dev/sda"));
	assert_non_null(strstr(reason.text, "dev/sdb"));
	assert_string_equal(path, "");
}

static void
test_a_luks_mapping_is_not_looked_into(void **state)
{
	char path[PATH_MAX] = "";
	struct reason reason = {0};

	(void)state;
	disk_make("dm-0", 0, luks.path);
	fake_file("sys/devices/dm-0/dm/uuid", "CRYPT-LUKS2-00112233445566778899aabbccddeeff-x\n");
	assert_int_equal(find("UUID=" LUKS_FILE_UUID, path, &reason), STATUS_NO_DEVICE);
}

static void
test_an_empty_slot_is_not_looked_into(void **state)
{
	char path[PATH_MAX] = "";
	struct reason reason = {0};

	(void)state;
	disk_make("sr0", 0, luks.path);
	fake_file("sys/devices/sr0/size", "0\n");
	assert_int_equal(find("UUID=" LUKS_FILE_UUID, path, &reason), STATUS_NO_DEVICE);
}

static void
test_what_no_disk_carries_is_no_device(void **state)
{
	char path[PATH_MAX] = "";
	struct reason reason = {0};

	(void)state;
	disk_make("sda", 0, luks.path);
	assert_int_equal(find("LABEL=nothing", path, &reason), STATUS_NO_DEVICE);
	reason_clear(&reason);
	assert_int_equal(find("PARTUUID=00112233-01", path, &reason), STATUS_NO_DEVICE);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_the_disk_that_carries_the_uuid_is_found_in_any_case),
		CASE(test_two_disks_with_the_same_uuid_are_nobodys),
		CASE(test_a_luks_mapping_is_not_looked_into),
		CASE(test_an_empty_slot_is_not_looked_into),
		CASE(test_what_no_disk_carries_is_no_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
