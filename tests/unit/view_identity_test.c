/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is ours and what is a stranger's: by pin, record, link, name and disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "view_kit.h"
#include "volume/record.h"

static void
a_detached_disk_is_a_failure_and_ours_by_pin_record_or_link(void **state)
{
	const struct params by_serial = BY_SERIAL;

	(void)state;
	open_volume();
	fake_mounts(ROOT OURS);
	fake_unhold("dm-0", 259, 1);
	expect(&pinned, STATE_FAILED, STATUS_DEVICE_LOST);
	/* The disk that came back cannot be shown to be the one below the mapping, unless udev read
	 * its UUID. */
	expect(&by_serial, STATE_DOUBT, STATUS_DOUBT);
	fake_link("../../nvme1n1", "dev/disk/by-uuid/1cb16c3d-3260-47ef-b64a-533c7c0653ec");
	expect(&by_serial, STATE_FAILED, STATUS_DEVICE_LOST);
	assert_int_equal(unlink("dev/disk/by-uuid/1cb16c3d-3260-47ef-b64a-533c7c0653ec"), 0);
	assert_int_equal(record_write("vol",
				 &(struct record){.map_name = "vol",
					 .luks_uuid = UUID,
					 .ext4_errors = -1},
				 NULL),
		STATUS_OK);
	expect(&by_serial, STATE_FAILED, STATUS_DEVICE_LOST);
}

static void
a_mapping_whose_disk_sysfs_does_not_show_is_doubt(void **state)
{
	const struct params by_serial = BY_SERIAL;

	(void)state;
	fake_disk("nvme1n1", 259, 1);
	fake_file("sys/devices/nvme1n1/device/serial", "vol0123456789abcdef0\n");
	fake_mapping("any", 0, LUKS);
	assert_int_equal(rmdir("sys/devices/dm-0/slaves"), 0);
	fake_file("sys/devices/dm-0/slaves", "");
	fake_mounts(ROOT);
	expect(&by_serial, STATE_DOUBT, STATUS_DOUBT);
	expect(&pinned, STATE_DOUBT, STATUS_UNREADABLE);
}

static void
ours_under_another_name_is_a_failure(void **state)
{
	struct params named = BY_SERIAL;

	(void)state;
	open_volume();
	fake_mounts(ROOT OURS);
	named.map_name = "other";
	expect(&named, STATE_FAILED, STATUS_OTHER_NAME);
	named.luks_uuid = UUID;
	named.device = "/nowhere";
	expect(&named, STATE_FAILED, STATUS_OTHER_NAME);
}

static void
the_same_luks_uuid_open_twice_is_a_failure(void **state)
{
	(void)state;
	open_volume();
	fake_mapping("copy", 1, "CRYPT-LUKS2-" UUID "-copy");
	fake_mounts(ROOT OURS);
	expect(&pinned, STATE_FAILED, STATUS_DOUBT);
}

static void
another_luks_uuid_under_our_name_is_a_stranger(void **state)
{
	(void)state;
	fake_mapping("vol", 0, OTHER_LUKS);
	expect(&pinned, STATE_TAKEN, STATUS_NAME_TAKEN);
}

static void
a_mapping_that_is_no_luks_is_a_stranger(void **state)
{
	(void)state;
	fake_mapping("vol", 0, "LVM-abc");
	expect(&ordinary, STATE_TAKEN, STATUS_NAME_TAKEN);
}

static void
a_mapping_of_our_name_on_another_living_disk_is_a_stranger(void **state)
{
	struct params elsewhere = BY_SERIAL;

	(void)state;
	fake_mapping("vol", 0, OTHER_LUKS);
	fake_disk("nvme2n1", 259, 2);
	fake_stack("dm-0", "nvme2n1", 259, 2);
	expect(&elsewhere, STATE_DOUBT, STATUS_DOUBT);
	fake_disk("nvme1n1", 259, 1);
	fake_file("sys/devices/nvme1n1/device/serial", "vol0123456789abcdef0\n");
	expect(&elsewhere, STATE_TAKEN, STATUS_NAME_TAKEN);
}

static void
several_luks_mappings_on_one_disk_are_told_apart_by_name_alone(void **state)
{
	struct params named = BY_SERIAL;

	(void)state;
	open_volume();
	fake_mapping("second", 1, "CRYPT-LUKS2-00000000000000000000000000000002-second");
	fake_stack("dm-1", "nvme1n1", 259, 1);
	fake_mounts(ROOT OURS);
	expect(&named, STATE_ACTIVE, STATUS_OK);
	named.map_name = "third";
	expect(&named, STATE_DOUBT, STATUS_DOUBT);
}

static void
a_partition_of_the_configured_disk_is_ours_by_name_alone(void **state)
{
	struct params disk = BY_SERIAL;

	(void)state;
	fake_mapping("vol", 0, LUKS);
	fake_disk("nvme1n1", 259, 1);
	fake_file("sys/devices/nvme1n1/device/serial", "vol0123456789abcdef0\n");
	fake_partition("nvme1n1", "nvme1n1p1", 259, 2);
	fake_stack("dm-0", "nvme1n1p1", 259, 2);
	expect(&disk, STATE_PARTIAL, STATUS_PARTLY_UP);
	disk.map_name = "other";
	expect(&disk, STATE_ABSENT, STATUS_NOT_ACTIVE);
}

static void
a_strangers_mount_on_our_directory_is_taken(void **state)
{
	(void)state;
	fake_mounts(ROOT "31 21 8:1 / /srv/vol rw - ext4 /dev/sda1 rw\n");
	expect(&pinned, STATE_TAKEN, STATUS_MOUNT_POINT_TAKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(a_detached_disk_is_a_failure_and_ours_by_pin_record_or_link),
		WITH_TREE(a_mapping_whose_disk_sysfs_does_not_show_is_doubt),
		WITH_TREE(ours_under_another_name_is_a_failure),
		WITH_TREE(the_same_luks_uuid_open_twice_is_a_failure),
		WITH_TREE(another_luks_uuid_under_our_name_is_a_stranger),
		WITH_TREE(a_mapping_that_is_no_luks_is_a_stranger),
		WITH_TREE(a_mapping_of_our_name_on_another_living_disk_is_a_stranger),
		WITH_TREE(several_luks_mappings_on_one_disk_are_told_apart_by_name_alone),
		WITH_TREE(a_partition_of_the_configured_disk_is_ours_by_name_alone),
		WITH_TREE(a_strangers_mount_on_our_directory_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
