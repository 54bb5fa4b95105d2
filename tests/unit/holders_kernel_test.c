/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holders that are no process, on a made-up kernel: swap, loop devices, devices on top. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fake_tree.h"
#include "volume/holders.h"

/* The volume is the filesystem that the temporary directory lies on. */
static struct footprint
volume_footprint(void)
{
	struct stat seen;

	assert_int_equal(stat(".", &seen), 0);
	return (struct footprint){.mapping = seen.st_dev};
}

/* A file of the volume, by its whole path, and a line of /proc/swaps or a backing file with it. */
static void
file_make(const char *name, const char *format, const char *target)
{
	char directory[PATH_MAX / 2], text[PATH_MAX];

	assert_non_null(getcwd(directory, sizeof(directory)));
	if (name != NULL)
		fake_file(name, "");
	snprintf(text, sizeof(text), "Filename\tType\tSize\n%s%s/%s", "", directory, format);
	fake_file(target, strcmp(target, "proc/swaps") == 0 ? text : strchr(text, '\n') + 1);
}

static const char *
holders_of(const struct footprint *footprint)
{
	static char words[400];
	owned_holder_list list = {0};

	assert_int_equal(holder_list_add_kernel(&list, footprint), STATUS_OK);
	for (size_t i = 0; i < list.count; i++) {
		assert_int_equal(list.holders[i].pid, 0);
		assert_int_equal(list.holders[i].pid_fd, -1);
		assert_true(list.holders[i].is_spared);
	}
	holder_list_words(&list, words, sizeof(words));
	return words;
}

static void
without_any_nobody_is_named(void **state)
{
	struct footprint footprint = volume_footprint();

	(void)state;
	assert_string_equal(holders_of(&footprint), "nobody that can be seen");
}

static void
a_swap_file_on_the_volume_is_named(void **state)
{
	struct footprint footprint = volume_footprint();

	(void)state;
	file_make("swapfile", "swapfile file\t\t\t1 0 -2\n", "proc/swaps");
	assert_non_null(strstr(holders_of(&footprint), "swap on /"));
}

/* The kernel writes a blank as \040. */
static void
a_swap_file_with_a_blank_in_its_name_is_found(void **state)
{
	struct footprint footprint = volume_footprint();

	(void)state;
	file_make("swap file", "swap\\040file file\t\t\t1 0 -2\n", "proc/swaps");
	assert_non_null(strstr(holders_of(&footprint), "swap on /"));
}

static void
a_swap_file_elsewhere_is_not_ours(void **state)
{
	struct footprint footprint = {.mapping = makedev(254, 77)};

	(void)state;
	file_make("swapfile", "swapfile file\t\t\t1 0 -2\n", "proc/swaps");
	assert_string_equal(holders_of(&footprint), "nobody that can be seen");
	fake_file("proc/swaps", "Filename\tType\n/nowhere/swap file 1 0 -2\n/\\04");
	assert_string_equal(holders_of(&footprint), "nobody that can be seen");
}

static void
a_loop_device_whose_file_lies_on_the_volume_is_named(void **state)
{
	struct footprint footprint = volume_footprint();

	(void)state;
	file_make("image", "image\n", "sys/block/loop7/loop/backing_file");
	/* One without a file, and a disk that is no loop device. */
	fake_file("sys/block/loop8/size", "0\n");
	file_make(NULL, "image\n", "sys/block/sda/loop/backing_file");
	assert_string_equal(holders_of(&footprint), "loop7");
	footprint.mapping = makedev(254, 77);
	assert_string_equal(holders_of(&footprint), "nobody that can be seen");
}

static void
a_loop_device_whose_file_was_unlinked_is_known_by_its_directory(void **state)
{
	struct footprint footprint = volume_footprint();

	(void)state;
	file_make(NULL, "image (deleted)\n", "sys/block/loop7/loop/backing_file");
	assert_string_equal(holders_of(&footprint), "loop7");
	footprint.mapping = makedev(254, 77);
	assert_string_equal(holders_of(&footprint), "nobody that can be seen");
}

static void
a_mapping_on_top_is_called_by_its_own_name(void **state)
{
	struct footprint footprint = {.mapping = makedev(254, 0)};

	(void)state;
	fake_mapping("vol", 0, "LVM-x");
	fake_mapping("vg-data", 1, "LVM-y");
	fake_disk("md0", 9, 0);
	fake_stack("dm-1", "dm-0", 254, 0);
	assert_string_equal(holders_of(&footprint), "mapping vg-data");
	fake_unhold("dm-1", 254, 0);
	fake_stack("md0", "dm-0", 254, 0);
	assert_string_equal(holders_of(&footprint), "device md0");
}

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, fake_tree_begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(without_any_nobody_is_named),
		WITH_TREE(a_swap_file_on_the_volume_is_named),
		WITH_TREE(a_swap_file_with_a_blank_in_its_name_is_found),
		WITH_TREE(a_swap_file_elsewhere_is_not_ours),
		WITH_TREE(a_loop_device_whose_file_lies_on_the_volume_is_named),
		WITH_TREE(a_loop_device_whose_file_was_unlinked_is_known_by_its_directory),
		WITH_TREE(a_mapping_on_top_is_called_by_its_own_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
