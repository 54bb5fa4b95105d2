/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a mapping stands on: both links or none. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_tree.h"
#include "volume/dm_slaves.h"

#define LUKS "CRYPT-LUKS2-1cb16c3d326047efb64a533c7c0653ec-vol"
#define OTHER_LUKS "CRYPT-LUKS1-00000000000000000000000000000001-outer"

struct dirent *__real_readdir(DIR *dir);
struct dirent *__wrap_readdir(DIR *dir);

/* Reading a folder fails when its turn has come; never while it is 0. */
static int fails_at;

struct dirent *
__wrap_readdir(DIR *dir)
{
	if (fails_at == 0 || --fails_at > 0)
		return __real_readdir(dir);
	errno = EIO;
	return NULL;
}

static void
both_links_make_a_slave_alive(void **state)
{
	struct dm_device *mapping = fake_mapping("vol", 0, LUKS);

	(void)state;
	fake_disk("nvme1n1", 259, 1);
	fake_stack("dm-0", "nvme1n1", 259, 1);
	dm_slaves_look(mapping);
	assert_int_equal(mapping->slave, DM_SLAVE_ALIVE);
	assert_string_equal(mapping->slave_name, "nvme1n1");
	assert_int_equal(mapping->slave_number, makedev(259, 1));
}

/* The name and the number are the old ones; only the holders link tells that the disk is another.
 */
static void
a_disk_that_came_back_without_its_holder_is_dead(void **state)
{
	struct dm_device *mapping = fake_mapping("vol", 0, LUKS);

	(void)state;
	fake_disk("nvme1n1", 259, 1);
	fake_stack("dm-0", "nvme1n1", 259, 1);
	fake_unhold("dm-0", 259, 1);
	dm_slaves_look(mapping);
	assert_int_equal(mapping->slave, DM_SLAVE_DEAD);
}

static void
a_link_that_leads_nowhere_is_dead(void **state)
{
	struct dm_device *mapping = fake_mapping("vol", 0, LUKS);

	(void)state;
	fake_link("../../../class/block/nvme1n1", "sys/devices/dm-0/slaves/nvme1n1");
	dm_slaves_look(mapping);
	assert_int_equal(mapping->slave, DM_SLAVE_DEAD);
	assert_string_equal(mapping->slave_name, "nvme1n1");
}

static void
a_table_that_needs_a_disk_and_shows_none_is_dead(void **state)
{
	struct dm_device *mapping = fake_mapping("vol", 0, LUKS);

	(void)state;
	dm_slaves_look(mapping);
	assert_int_equal(mapping->slave, DM_SLAVE_DEAD);
	mapping->has_table = false;
	dm_slaves_look(mapping);
	assert_int_equal(mapping->slave, DM_SLAVE_NONE);
}

static void
a_disk_lost_below_a_logical_volume_makes_the_mapping_dead(void **state)
{
	struct dm_device *mapping = fake_mapping("vol", 0, LUKS);

	(void)state;
	fake_mapping("vg-lv", 1, "LVM-x");
	fake_disk("sda", 8, 0);
	fake_stack("dm-0", "dm-1", 254, 1);
	fake_stack("dm-1", "sda", 8, 0);
	dm_slaves_look(mapping);
	assert_int_equal(mapping->slave, DM_SLAVE_ALIVE);
	assert_string_equal(mapping->slave_name, "dm-1");
	fake_unhold("dm-1", 8, 0);
	dm_slaves_look(mapping);
	assert_int_equal(mapping->slave, DM_SLAVE_DEAD);
}

static void
a_device_is_below_through_any_stack_but_not_through_luks(void **state)
{
	owned_dm_list list = {0};

	(void)state;
	fake_mapping("vol", 0, LUKS);
	fake_mapping("outer", 1, OTHER_LUKS);
	fake_mapping("mpatha", 2, "mpath-x");
	fake_disk("sda", 8, 0);
	fake_stack("dm-0", "dm-1", 254, 1);
	fake_stack("dm-1", "dm-2", 254, 2);
	fake_stack("dm-2", "sda", 8, 0);
	assert_int_equal(dm_list_read(&list, NULL), STATUS_OK);
	assert_int_equal(dm_device_below(&list, dm_list_find_name(&list, "outer"), makedev(8, 0)),
		DM_BELOW);
	assert_int_equal(dm_device_below(&list, dm_list_find_name(&list, "outer"), makedev(254, 2)),
		DM_BELOW);
	assert_int_equal(dm_device_below(&list, dm_list_find_name(&list, "vol"), makedev(254, 1)),
		DM_BELOW);
	assert_int_equal(dm_device_below(&list, dm_list_find_name(&list, "vol"), makedev(8, 0)),
		DM_BELOW_NOT);
	assert_int_equal(dm_device_below(&list, dm_list_find_name(&list, "vol"), makedev(8, 16)),
		DM_BELOW_NOT);
}

static void
a_partitions_disk_is_below_as_a_disk(void **state)
{
	owned_dm_list list = {0};

	(void)state;
	fake_mapping("vol", 0, LUKS);
	fake_disk("nvme1n1", 259, 1);
	fake_partition("nvme1n1", "nvme1n1p1", 259, 2);
	fake_stack("dm-0", "nvme1n1p1", 259, 2);
	assert_int_equal(dm_list_read(&list, NULL), STATUS_OK);
	assert_int_equal(dm_device_below(&list, &list.devices[0], makedev(259, 2)), DM_BELOW);
	assert_int_equal(dm_device_below(&list, &list.devices[0], makedev(259, 1)),
		DM_BELOW_AS_DISK);
}

/* A file where the folder of links should be: opening it fails, and not for lack of it. */
static void
links_that_cannot_be_read_are_not_taken_for_none(void **state)
{
	struct dm_device *mapping = fake_mapping("vol", 0, LUKS);
	owned_dm_list list = {0};

	(void)state;
	assert_int_equal(dm_list_read(&list, NULL), STATUS_OK);
	assert_int_equal(rmdir("sys/devices/dm-0/slaves"), 0);
	fake_file("sys/devices/dm-0/slaves", "");
	dm_slaves_look(mapping);
	assert_int_equal(mapping->slave, DM_SLAVE_UNREADABLE);
	assert_int_equal(dm_device_below(&list, mapping, makedev(8, 0)), DM_BELOW_UNREADABLE);
}

/* ".", "..", the first link and no more. */
static void
links_that_can_be_read_in_part_are_not_taken_for_all(void **state)
{
	struct dm_device *mapping = fake_mapping("vol", 0, LUKS);

	(void)state;
	fake_disk("nvme1n1", 259, 1);
	fake_stack("dm-0", "nvme1n1", 259, 1);
	fails_at = 4;
	dm_slaves_look(mapping);
	assert_int_equal(fails_at, 0);
	assert_int_equal(mapping->slave, DM_SLAVE_UNREADABLE);
}

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, fake_tree_begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(both_links_make_a_slave_alive),
		WITH_TREE(a_disk_that_came_back_without_its_holder_is_dead),
		WITH_TREE(a_link_that_leads_nowhere_is_dead),
		WITH_TREE(a_table_that_needs_a_disk_and_shows_none_is_dead),
		WITH_TREE(a_disk_lost_below_a_logical_volume_makes_the_mapping_dead),
		WITH_TREE(a_device_is_below_through_any_stack_but_not_through_luks),
		WITH_TREE(links_that_cannot_be_read_are_not_taken_for_none),
		WITH_TREE(links_that_can_be_read_in_part_are_not_taken_for_all),
		WITH_TREE(a_partitions_disk_is_below_as_a_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
