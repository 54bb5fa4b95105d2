/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a btrfs mount lies on a device: by its members in sysfs, and never by a name alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/sysmacros.h>

#include "fake_tree.h"
#include "volume/btrfs_members.h"

#define LUKS "CRYPT-LUKS2-1cb16c3d326047efb64a533c7c0653ec-vol"
#define ONE "sys/fs/btrfs/11111111-1111-1111-1111-111111111111/devices/"
#define TWO "sys/fs/btrfs/22222222-2222-2222-2222-222222222222/devices/"

static dev_t
volume_make(void)
{
	return fake_mapping("vol", 0, LUKS)->number;
}

static void
the_mapping_as_source_and_member_is_it(void **state)
{
	dev_t number = volume_make();

	(void)state;
	fake_file(ONE "dm-0", "");
	assert_true(btrfs_source_is_on("dev/dm-0", number));
}

static void
a_device_that_no_mounted_btrfs_lists_is_not(void **state)
{
	dev_t number = volume_make();

	(void)state;
	assert_false(btrfs_source_is_on("dev/dm-0", number));
	fake_file(ONE "sdb", "");
	assert_false(btrfs_source_is_on("dev/dm-0", number));
}

/* In another namespace, or without udev, the path leads nowhere. */
static void
without_a_node_the_name_in_the_path_decides(void **state)
{
	dev_t number = volume_make();

	(void)state;
	fake_file(ONE "dm-0", "");
	assert_true(btrfs_source_is_on("/nowhere/mapper/vol", number));
	assert_false(btrfs_source_is_on("/nowhere/mapper/vol2", number));
	assert_false(btrfs_source_is_on("/nowhere/mapper/vo", number));
	assert_false(btrfs_source_is_on("vol", number));
}

static void
a_second_member_names_the_same_filesystem(void **state)
{
	dev_t number = volume_make();

	(void)state;
	fake_disk("sdb", 8, 16);
	fake_file(ONE "dm-0", "");
	fake_file(ONE "sdb", "");
	assert_true(btrfs_source_is_on("dev/sdb", number));
	assert_true(btrfs_source_is_on("dev/dm-0", makedev(8, 16)));
}

static void
members_of_two_filesystems_are_not_mixed(void **state)
{
	dev_t number = volume_make();

	(void)state;
	fake_disk("sdb", 8, 16);
	fake_file(ONE "dm-0", "");
	fake_file(TWO "sdb", "");
	assert_false(btrfs_source_is_on("dev/sdb", number));
}

static void
a_device_the_kernel_does_not_have_holds_nothing(void **state)
{
	(void)state;
	fake_disk("sdb", 8, 16);
	fake_file(ONE "sdb", "");
	assert_false(btrfs_source_is_on("dev/sdb", makedev(254, 9)));
}

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, fake_tree_begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(the_mapping_as_source_and_member_is_it),
		WITH_TREE(a_device_that_no_mounted_btrfs_lists_is_not),
		WITH_TREE(without_a_node_the_name_in_the_path_decides),
		WITH_TREE(a_second_member_names_the_same_filesystem),
		WITH_TREE(members_of_two_filesystems_are_not_mixed),
		WITH_TREE(a_device_the_kernel_does_not_have_holds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
