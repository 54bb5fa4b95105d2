/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small reads: nothing is taken for read that was cut off, and no number for one that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fake_tree.h"
#include "volume/sysfs.h"

static void
a_file_that_fills_the_room_was_perhaps_cut_off(void **state)
{
	char text[8];

	(void)state;
	fake_file("file", "1234567");
	assert_int_equal(small_file_read("file", text, sizeof(text)), STATUS_OK);
	assert_string_equal(text, "1234567");
	fake_file("file", "12345678");
	assert_int_equal(small_file_read("file", text, sizeof(text)), STATUS_UNREADABLE);
	fake_file("file", "1234567\n");
	assert_int_equal(small_file_read("file", text, sizeof(text)), STATUS_UNREADABLE);
}

static void
white_space_goes_from_the_end_alone(void **state)
{
	char text[32];

	(void)state;
	fake_file("file", "\t a b \t\n\n");
	assert_int_equal(small_file_read("file", text, sizeof(text)), STATUS_OK);
	assert_string_equal(text, "\t a b");
	fake_file("file", "\n\n");
	assert_int_equal(small_file_read("file", text, sizeof(text)), STATUS_OK);
	assert_string_equal(text, "");
}

static void
absent_and_unreadable_are_told_apart(void **state)
{
	char text[32];

	(void)state;
	assert_int_equal(small_file_read("nowhere", text, sizeof(text)), STATUS_NOT_ACTIVE);
	fake_file("file", "");
	assert_int_equal(small_file_read("file/below", text, sizeof(text)), STATUS_NOT_ACTIVE);
	assert_int_equal(small_file_read("sys", text, sizeof(text)), STATUS_UNREADABLE);
}

static void
only_a_whole_number_is_one(void **state)
{
	static const char *const none[] = {"", "x", "-1", "12x", "12 13", "99999999999999999999",
		"0123456789012345678901234567890123456789"};

	(void)state;
	fake_file("file", "12\n");
	assert_int_equal(small_file_number("file"), 12);
	fake_file("file", "0\n");
	assert_int_equal(small_file_number("file"), 0);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		fake_file("file", none[i]);
		assert_int_equal(small_file_number("file"), -1);
	}
	assert_int_equal(small_file_number("nowhere"), -1);
}

static void
a_name_and_its_number_lead_to_each_other(void **state)
{
	char name[DISK_NAME_BYTES];
	dev_t number = 0;

	(void)state;
	fake_disk("nvme1n1", 259, 1);
	assert_true(block_number_of_name("nvme1n1", &number));
	assert_int_equal(number, makedev(259, 1));
	assert_true(block_name_of_number(number, name));
	assert_string_equal(name, "nvme1n1");
	assert_false(block_number_of_name("nvme2n1", &number));
	assert_false(block_name_of_number(makedev(259, 2), name));
}

static void
a_number_with_something_behind_it_is_none(void **state)
{
	dev_t number = 4711;

	(void)state;
	fake_file("sys/class/block/odd/dev", "8:0x\n");
	assert_false(block_number_of_name("odd", &number));
	fake_file("sys/class/block/odd/dev", "8\n");
	assert_false(block_number_of_name("odd", &number));
	assert_int_equal(number, 4711);
}

static void
a_name_longer_than_the_kernels_is_none(void **state)
{
	char name[DISK_NAME_BYTES];

	(void)state;
	fake_link("../../devices/a-name-of-thirty-two-characters-", "sys/dev/block/8:0");
	assert_false(block_name_of_number(makedev(8, 0), name));
	fake_link("../../devices/a-name-of-thirty-one-characters", "sys/dev/block/8:1");
	assert_true(block_name_of_number(makedev(8, 1), name));
}

static void
a_partition_knows_its_disk_and_a_disk_has_none(void **state)
{
	dev_t number = 0;

	(void)state;
	fake_disk("nvme1n1", 259, 1);
	fake_partition("nvme1n1", "nvme1n1p1", 259, 2);
	assert_true(block_disk_of_partition("nvme1n1p1", &number));
	assert_int_equal(number, makedev(259, 1));
	assert_false(block_disk_of_partition("nvme1n1", &number));
	assert_false(block_disk_of_partition("nowhere", &number));
}

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, fake_tree_begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(a_file_that_fills_the_room_was_perhaps_cut_off),
		WITH_TREE(white_space_goes_from_the_end_alone),
		WITH_TREE(absent_and_unreadable_are_told_apart),
		WITH_TREE(only_a_whole_number_is_one),
		WITH_TREE(a_name_and_its_number_lead_to_each_other),
		WITH_TREE(a_number_with_something_behind_it_is_none),
		WITH_TREE(a_name_longer_than_the_kernels_is_none),
		WITH_TREE(a_partition_knows_its_disk_and_a_disk_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
