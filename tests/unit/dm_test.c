/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of device-mapper devices: what it finds, and what it does not take for found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "fake_tree.h"

#define UUID "1cb16c3d326047efb64a533c7c0653ec"
#define LUKS "CRYPT-LUKS2-" UUID "-vol"

static void
a_device_is_found_by_name_number_and_luks_uuid(void **state)
{
	owned_dm_list list = {0};

	(void)state;
	fake_mapping("root", 3, "LVM-x");
	fake_mapping("vol", 0, LUKS);
	assert_int_equal(dm_list_read(&list, NULL), STATUS_OK);
	assert_int_equal(list.count, 2);
	const struct dm_device *vol = dm_list_find_name(&list, "vol");

	assert_non_null(vol);
	assert_ptr_equal(dm_list_find_number(&list, makedev(254, 0)), vol);
	assert_ptr_equal(dm_list_find_luks(&list, UUID), vol);
	assert_null(dm_list_find_name(&list, "vo"));
	assert_null(dm_list_find_number(&list, makedev(253, 0)));
}

/* A logical volume has no LUKS UUID, and an unknown one is "", too: they are not the same. */
static void
no_luks_uuid_finds_no_device(void **state)
{
	owned_dm_list list = {0};

	(void)state;
	fake_mapping("root", 3, "LVM-x");
	assert_int_equal(dm_list_read(&list, NULL), STATUS_OK);
	assert_string_equal(list.devices[0].luks_uuid, "");
	assert_null(dm_list_find_luks(&list, ""));
}

static void
only_luks_mappings_are_asked_for_their_disks(void **state)
{
	owned_dm_list list = {0};

	(void)state;
	fake_disk("sda", 8, 0);
	fake_mapping("root", 3, "LVM-x");
	fake_stack("dm-3", "sda", 8, 0);
	fake_mapping("vol", 0, LUKS);
	fake_stack("dm-0", "sda", 8, 0);
	assert_int_equal(dm_list_read(&list, NULL), STATUS_OK);
	assert_int_equal(dm_list_find_name(&list, "root")->slave, DM_SLAVE_NONE);
	assert_int_equal(dm_list_find_name(&list, "vol")->slave, DM_SLAVE_ALIVE);
}

static void
a_list_that_cannot_be_read_is_no_empty_list(void **state)
{
	struct dm_list list = {.count = 4711};
	struct reason reason = {0};

	(void)state;
	fake_kernel.dm_status = STATUS_UNREADABLE;
	assert_int_equal(dm_list_read(&list, &reason), STATUS_UNREADABLE);
	assert_true(reason.text[0] != '\0');
	assert_int_equal(list.count, 4711);
}

static void
an_ended_list_finds_nothing(void **state)
{
	struct dm_list list = {0};

	(void)state;
	fake_mapping("vol", 0, LUKS);
	assert_int_equal(dm_list_read(&list, NULL), STATUS_OK);
	dm_devices_end(&list);
	assert_null(dm_list_find_name(&list, "vol"));
	dm_devices_end(&list);
}

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, fake_tree_begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(a_device_is_found_by_name_number_and_luks_uuid),
		WITH_TREE(no_luks_uuid_finds_no_device),
		WITH_TREE(only_luks_mappings_are_asked_for_their_disks),
		WITH_TREE(a_list_that_cannot_be_read_is_no_empty_list),
		WITH_TREE(an_ended_list_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
