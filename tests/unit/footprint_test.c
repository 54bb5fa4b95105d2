/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about the footprint: which mounts are ours, which have to go, and which are a stranger's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "volume/footprint.h"

#define OURS makedev(254, 3)
#define OTHER makedev(254, 4)
#define ANONYMOUS makedev(0, 51)

static struct mount
mount_of(int id, int parent_id, dev_t number, const char *fstype, const char *directory)
{
	/* The list lends its texts here and is never ended. */
	return (struct mount){.id = id,
		.parent_id = parent_id,
		.number = number,
		.root = (char *)(uintptr_t) "/",
		.directory = (char *)(uintptr_t)directory,
		.fstype = (char *)(uintptr_t)fstype,
		.source = (char *)(uintptr_t) "",
		.options = (char *)(uintptr_t) ""};
}

static void
a_mount_is_ours_by_the_number_of_the_mapping(void **state)
{
	struct footprint footprint = {.mapping = OURS};
	struct mount ours = mount_of(10, 1, OURS, "xfs", "/srv/a");
	struct mount other = mount_of(11, 1, OTHER, "xfs", "/srv/b");

	(void)state;
	assert_true(footprint_has_mount(&footprint, &ours));
	assert_false(footprint_has_mount(&footprint, &other));
}

static void
an_anonymous_number_counts_for_btrfs_alone(void **state)
{
	owned_footprint footprint = {.mapping = OURS};
	struct mount sure = mount_of(10, 1, ANONYMOUS, "btrfs", "/srv/a");
	struct mount same = mount_of(20, 2, ANONYMOUS, "btrfs", "/inside");
	struct mount reused = mount_of(21, 2, ANONYMOUS, "tmpfs", "/tmp");
	struct mount_list list = {&sure, 1};

	(void)state;
	assert_false(footprint_has_mount(&footprint, &same));
	sure.is_ours = true;
	assert_int_equal(footprint_add_mounts(&footprint, &list), STATUS_OK);
	assert_true(footprint_has_mount(&footprint, &same));
	assert_false(footprint_has_mount(&footprint, &reused));
}

static void
what_is_mounted_below_ours_has_to_go_too(void **state)
{
	struct footprint footprint = {.mapping = OURS};
	/* The submount stands before its parent, as after a move. */
	struct mount mounts[] = {mount_of(12, 11, makedev(0, 7), "tmpfs", "/srv/a/tmp/deep"),
		mount_of(11, 10, makedev(0, 6), "tmpfs", "/srv/a/tmp"),
		mount_of(10, 1, OURS, "xfs", "/srv/a"), mount_of(13, 1, OTHER, "ext4", "/srv/b")};
	bool marked[4];

	(void)state;
	footprint_mark(&footprint, &(struct mount_list){mounts, 4}, NULL, marked);
	assert_true(marked[0] && marked[1] && marked[2]);
	assert_false(marked[3]);
}

static void
a_stranger_that_covers_ours_is_left_alone(void **state)
{
	struct footprint footprint = {.mapping = OURS};
	struct mount mounts[] = {mount_of(10, 1, OURS, "xfs", "/srv/a"),
		mount_of(11, 10, OTHER, "ext4", "/srv/a"),
		mount_of(12, 11, makedev(0, 6), "tmpfs", "/srv/a/tmp")};
	bool marked[3];

	(void)state;
	footprint_mark(&footprint, &(struct mount_list){mounts, 3}, NULL, marked);
	assert_true(marked[0]);
	assert_false(marked[1] || marked[2]);
}

static void
a_container_that_lives_on_the_volume_is_not_taken_apart(void **state)
{
	owned_footprint footprint = {.mapping = OURS};
	struct mount mounts[] = {mount_of(10, 1, OURS, "xfs", "/"),
		mount_of(11, 10, makedev(0, 6), "tmpfs", "/tmp")};
	struct mount_list list = {mounts, 2};
	bool marked[2];

	(void)state;
	footprint_mark(&footprint, &list, NULL, marked);
	assert_false(marked[0] || marked[1]);
	/* Its processes are users all the same. */
	assert_int_equal(footprint_add_mounts(&footprint, &list), STATUS_OK);
	assert_true(id_set_has(&footprint.mounts, 10));
}

static void
a_kept_mount_is_not_marked_but_a_new_one_over_it_is(void **state)
{
	struct footprint footprint = {.mapping = OURS};
	owned_id_set kept = {0};
	struct mount mounts[] = {mount_of(10, 1, OURS, "xfs", "/srv/a"),
		mount_of(11, 10, OURS, "xfs", "/srv/a")};
	bool marked[2];

	(void)state;
	assert_int_equal(id_set_add(&kept, 10), STATUS_OK);
	footprint_mark(&footprint, &(struct mount_list){mounts, 2}, &kept, marked);
	assert_false(marked[0]);
	assert_true(marked[1]);
}

static void
mount_ids_below_ours_belong_to_the_footprint(void **state)
{
	owned_footprint footprint = {.mapping = OURS};
	struct mount mounts[] = {mount_of(10, 1, OURS, "xfs", "/srv/a"),
		mount_of(11, 10, makedev(0, 6), "tmpfs", "/srv/a/tmp")};

	(void)state;
	assert_int_equal(footprint_add_mounts(&footprint, &(struct mount_list){mounts, 2}),
		STATUS_OK);
	assert_true(id_set_has(&footprint.mounts, 10));
	assert_true(id_set_has(&footprint.mounts, 11));
	assert_true(id_set_has(&footprint.superblocks, OURS));
	/* The superblock of the tmpfs may be mounted elsewhere, where it is nobody's business. */
	assert_false(id_set_has(&footprint.superblocks, makedev(0, 6)));
}

static void
a_set_holds_a_number_once(void **state)
{
	owned_id_set set = {0};

	(void)state;
	assert_false(id_set_has(&set, 7));
	assert_int_equal(id_set_add(&set, 7), STATUS_OK);
	assert_int_equal(id_set_add(&set, 7), STATUS_OK);
	assert_int_equal(set.count, 1);
	assert_true(id_set_has(&set, 7));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mount_is_ours_by_the_number_of_the_mapping),
		cmocka_unit_test(an_anonymous_number_counts_for_btrfs_alone),
		cmocka_unit_test(what_is_mounted_below_ours_has_to_go_too),
		cmocka_unit_test(a_stranger_that_covers_ours_is_left_alone),
		cmocka_unit_test(a_container_that_lives_on_the_volume_is_not_taken_apart),
		cmocka_unit_test(a_kept_mount_is_not_marked_but_a_new_one_over_it_is),
		cmocka_unit_test(mount_ids_below_ours_belong_to_the_footprint),
		cmocka_unit_test(a_set_holds_a_number_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
