/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mountinfo as the kernel writes it, read to its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "fake_tree.h"
#include "volume/mounts.h"

#define SELF "proc/self/mountinfo"

static void
a_mount_is_read_with_all_it_shows(void **state)
{
	owned_mount_list list = {0};

	(void)state;
	fake_mounts(
		"31 22 254:3 /sub /srv/my\\040data rw,nosuid shared:1 master:2 - ext4 /dev/mapper/vol rw,errors=continue\n");
	assert_int_equal(mount_list_read(SELF, makedev(254, 3), &list, NULL), STATUS_OK);
	assert_int_equal(list.count, 1);
	const struct mount *mount = &list.mounts[0];

	assert_int_equal(mount->id, 31);
	assert_int_equal(mount->parent_id, 22);
	assert_int_equal(mount->number, makedev(254, 3));
	assert_string_equal(mount->root, "/sub");
	assert_string_equal(mount->directory, "/srv/my data");
	assert_string_equal(mount->fstype, "ext4");
	assert_string_equal(mount->source, "/dev/mapper/vol");
	assert_string_equal(mount->options, "rw,nosuid,rw,errors=continue");
	assert_true(mount->is_ours);
	assert_false(mount->is_read_only);
	assert_false(mount->is_shut_down);
}

static void
read_only_counts_in_the_mount_and_in_the_superblock(void **state)
{
	owned_mount_list list = {0};

	(void)state;
	fake_mounts(
		"31 22 254:3 / /a ro - ext4 /dev/dm-3 rw\n32 22 254:3 / /b rw - ext4 /dev/dm-3 ro\n"
		"33 22 254:3 / /c rw - ext4 /dev/dm-3 rw,errors=remount-ro\n34 22 254:3 / /d rw - ext4 /dev/dm-3 rw,shutdown\n");
	assert_int_equal(mount_list_read(SELF, 0, &list, NULL), STATUS_OK);
	assert_true(list.mounts[0].is_read_only);
	assert_true(list.mounts[1].is_read_only);
	assert_false(list.mounts[2].is_read_only);
	assert_true(list.mounts[3].is_shut_down);
	/* No device was named, so none is ours. */
	assert_false(list.mounts[0].is_ours);
}

static void
a_deleted_mount_point_is_still_a_mount(void **state)
{
	owned_mount_list list = {0};

	(void)state;
	fake_mounts("31 22 254:3 / /srv/vol//deleted rw - xfs /dev/mapper/vol rw\n");
	assert_int_equal(mount_list_read(SELF, makedev(254, 3), &list, NULL), STATUS_OK);
	assert_string_equal(list.mounts[0].directory, "/srv/vol");
}

static void
a_broken_line_makes_the_list_unreadable(void **state)
{
	struct mount_list list = {0};
	struct reason reason = {0};

	(void)state;
	fake_mounts("31 22 254:3 / /srv/vol rw - xfs /dev/mapper/vol rw\n32 22 254:3\n");
	assert_int_equal(mount_list_read(SELF, makedev(254, 3), &list, &reason), STATUS_UNREADABLE);
	assert_null(list.mounts);
	assert_non_null(strstr(reason.text, SELF));
}

static void
a_process_that_is_gone_has_no_mounts(void **state)
{
	owned_mount_list list = {0};

	(void)state;
	assert_int_equal(mount_list_read("proc/99999/mountinfo", 0, &list, NULL), STATUS_OK);
	assert_int_equal(list.count, 0);
}

static void
the_topmost_mount_is_the_one_that_no_other_lies_on(void **state)
{
	owned_mount_list list = {0};

	(void)state;
	/* A moved mount may stand before the one it lies on. */
	fake_mounts(
		"40 31 0:40 / /srv/vol rw - tmpfs t rw\n31 22 254:3 / /srv/vol rw - xfs /dev/mapper/vol rw\n"
		"41 40 0:41 / /srv/vol/sub rw - tmpfs t rw\n");
	assert_int_equal(mount_list_read(SELF, 0, &list, NULL), STATUS_OK);
	assert_int_equal(mount_list_top(&list, "/srv/vol")->id, 40);
	assert_int_equal(mount_list_top(&list, "/srv/vol/sub")->id, 41);
	assert_null(mount_list_top(&list, "/srv"));
}

static void
the_real_mountinfo_can_be_read(void **state)
{
	owned_mount_list list = {0};

	(void)state;
	assert_int_equal(mount_list_read("/proc/self/mountinfo", 0, &list, NULL), STATUS_OK);
	assert_true(list.count > 0);
}

/* Facts about btrfs, whose mounts carry an anonymous number. */

#define BTRFS(source) "31 22 0:51 / /srv/vol rw - btrfs " source " rw,subvolid=5,subvol=/\n"

static bool
is_ours(void)
{
	owned_mount_list list = {0};

	assert_int_equal(mount_list_read(SELF, makedev(254, 3), &list, NULL), STATUS_OK);
	return list.mounts[0].is_ours;
}

static void
a_btrfs_mount_is_ours_when_its_source_is_a_member(void **state)
{
	(void)state;
	fake_mapping("vol", 3, "CRYPT-LUKS2-1cb16c3d326047efb64a533c7c0653ec-vol");
	fake_mapping("other", 4, "x");
	fake_file("sys/fs/btrfs/features/x", "");
	fake_file("sys/fs/btrfs/5587c98e-76ca-456f-9fa0-8b2a43371264/devices/dm-3", "");
	fake_mounts(BTRFS("dev/dm-3"));
	assert_true(is_ours());
	fake_mounts(BTRFS("dev/dm-4"));
	assert_false(is_ours());
	fake_file("sys/fs/btrfs/00000000-76ca-456f-9fa0-8b2a43371264/devices/dm-4", "");
	assert_false(is_ours());
	/* The second device of the same filesystem. */
	fake_file("sys/fs/btrfs/5587c98e-76ca-456f-9fa0-8b2a43371264/devices/dm-4", "");
	assert_true(is_ours());
}

static void
a_source_without_a_node_is_known_by_the_name_of_the_mapping(void **state)
{
	(void)state;
	fake_mapping("vol", 3, "CRYPT-LUKS2-1cb16c3d326047efb64a533c7c0653ec-vol");
	fake_file("sys/fs/btrfs/5587c98e-76ca-456f-9fa0-8b2a43371264/devices/dm-3", "");
	fake_mounts(BTRFS("/nowhere/mapper/vol"));
	assert_true(is_ours());
	fake_mounts(BTRFS("/nowhere/mapper/volume"));
	assert_false(is_ours());
}

/* The name is ours, the filesystem stands on a device of that name that was there before. */
static void
a_btrfs_that_sysfs_does_not_show_on_the_mapping_is_not_ours(void **state)
{
	(void)state;
	fake_mapping("vol", 3, "CRYPT-LUKS2-1cb16c3d326047efb64a533c7c0653ec-vol");
	fake_file("sys/fs/btrfs/5587c98e-76ca-456f-9fa0-8b2a43371264/devices/dm-7", "");
	fake_mounts(BTRFS("/nowhere/mapper/vol"));
	assert_false(is_ours());
}

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, fake_tree_begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(a_mount_is_read_with_all_it_shows),
		WITH_TREE(read_only_counts_in_the_mount_and_in_the_superblock),
		WITH_TREE(a_deleted_mount_point_is_still_a_mount),
		WITH_TREE(a_broken_line_makes_the_list_unreadable),
		WITH_TREE(a_process_that_is_gone_has_no_mounts),
		WITH_TREE(the_topmost_mount_is_the_one_that_no_other_lies_on),
		WITH_TREE(the_real_mountinfo_can_be_read),
		WITH_TREE(a_btrfs_mount_is_ours_when_its_source_is_a_member),
		WITH_TREE(a_source_without_a_node_is_known_by_the_name_of_the_mapping),
		WITH_TREE(a_btrfs_that_sysfs_does_not_show_on_the_mapping_is_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
