/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configured device is found by stat, links and sysfs, and by nothing that would open it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "fake_tree.h"
#include "volume/device.h"

static void
a_tag_leads_through_udevs_link(void **state)
{
	struct device device;

	(void)state;
	fake_disk("nvme1n1", 259, 1);
	fake_link("../../nvme1n1", "dev/disk/by-uuid/1cb16c3d-3260-47ef-b64a-533c7c0653ec");
	fake_link("../../nvme1n1", "dev/disk/by-partuuid/abcdef01-01");
	fake_link("../../nvme1n1", "dev/disk/by-label/my\\x20data");
	assert_int_equal(device_find("UUID=1CB16C3D326047EFB64A533C7C0653EC", &device, NULL),
		STATUS_OK);
	assert_int_equal(device.number, makedev(259, 1));
	assert_string_equal(device.path, "dev/disk/by-uuid/1cb16c3d-3260-47ef-b64a-533c7c0653ec");
	assert_int_equal(device_find("PARTUUID=ABCDEF01-01", &device, NULL), STATUS_OK);
	assert_int_equal(device_find("LABEL=my data", &device, NULL), STATUS_OK);
	assert_int_equal(device_find("LABEL=other", &device, NULL), STATUS_NO_DEVICE);
}

static void
a_volume_id_is_the_serial_of_an_nvme_disk(void **state)
{
	struct device device;

	(void)state;
	fake_disk("nvme0n1", 259, 0);
	fake_disk("nvme1n1", 259, 1);
	fake_file("sys/devices/nvme0n1/device/serial", "vol00000000000000000\n");
	fake_file("sys/devices/nvme1n1/device/serial", "vol0123456789abcdef0 \n");
	assert_int_equal(device_find("vol-0123456789abcdef0", &device, NULL), STATUS_OK);
	assert_int_equal(device.number, makedev(259, 1));
	assert_string_equal(device.path, "dev/nvme1n1");
	assert_int_equal(device_find("vol-0123456789abcdef", &device, NULL), STATUS_NO_DEVICE);
}

static void
a_volume_id_is_the_serial_of_a_virtio_disk_too(void **state)
{
	struct device device;

	(void)state;
	fake_disk("vdb", 252, 16);
	fake_file("sys/devices/vdb/serial", "vol-0123456789abcdef0");
	assert_int_equal(device_find("vol-0123456789abcdef0", &device, NULL), STATUS_OK);
	assert_string_equal(device.path, "dev/vdb");
}

static void
two_disks_with_the_serial_are_none(void **state)
{
	struct device device;
	struct reason reason = {0};

	(void)state;
	fake_disk("nvme0n1", 259, 0);
	fake_disk("nvme1n1", 259, 1);
	fake_file("sys/devices/nvme0n1/device/serial", "vol0123456789abcdef0\n");
	fake_file("sys/devices/nvme1n1/device/serial", "vol0123456789abcdef0\n");
	assert_int_equal(device_find("vol-0123456789abcdef0", &device, &reason), STATUS_NO_DEVICE);
	assert_non_null(strstr(reason.text, "both"));
}

static void
a_hidden_path_of_a_multipath_disk_does_not_count(void **state)
{
	struct device device;

	(void)state;
	fake_disk("nvme1n1", 259, 1);
	fake_file("sys/devices/nvme1n1/device/serial", "vol0123456789abcdef0\n");
	fake_file("sys/devices/nvme1c1n1/device/serial", "vol0123456789abcdef0\n");
	fake_link("../devices/nvme1c1n1", "sys/block/nvme1c1n1");
	assert_int_equal(device_find("vol-0123456789abcdef0", &device, NULL), STATUS_OK);
}

static void
what_is_not_there_or_is_no_block_device_is_not_found(void **state)
{
	struct device device;
	struct reason reason = {0};

	(void)state;
	assert_int_equal(device_find(NULL, &device, NULL), STATUS_NO_DEVICE);
	assert_int_equal(device_find("/nowhere/at/all", &device, &reason), STATUS_NO_DEVICE);
	assert_non_null(strstr(reason.text, "/nowhere/at/all"));
	reason_clear(&reason);
	assert_int_equal(device_find("/dev/null", &device, &reason), STATUS_NO_DEVICE);
	assert_non_null(strstr(reason.text, "not a block device"));
	assert_int_equal(device_find("sdb", &device, NULL), STATUS_BAD_PARAMETER);
}

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, fake_tree_begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(a_tag_leads_through_udevs_link),
		WITH_TREE(a_volume_id_is_the_serial_of_an_nvme_disk),
		WITH_TREE(a_volume_id_is_the_serial_of_a_virtio_disk_too),
		WITH_TREE(two_disks_with_the_serial_are_none),
		WITH_TREE(a_hidden_path_of_a_multipath_disk_does_not_count),
		WITH_TREE(what_is_not_there_or_is_no_block_device_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
