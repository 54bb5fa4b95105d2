/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A path's block device by stat(2): what is none, and how the two kinds of "none" are told apart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/own.h"
#include "volume/block_node.h"
#include "volume/sysfs.h"

static void
a_character_device_is_something_else(void **state)
{
	dev_t number = 4711;

	(void)state;
	errno = EIO;
	assert_false(block_node_number("/dev/null", &number));
	assert_int_equal(errno, 0);
	assert_int_equal(number, 4711);
}

static void
a_path_that_is_not_there_says_so(void **state)
{
	dev_t number = 4711;

	(void)state;
	errno = 0;
	assert_false(block_node_number("/dev/null/below", &number));
	assert_int_equal(errno, ENOTDIR);
	assert_false(block_node_number("/nowhere/disk", &number));
	assert_int_equal(errno, ENOENT);
	assert_int_equal(number, 4711);
}

/* Whether this is the node of a disk of this machine; udev may be absent and the node with it. */
static bool
node_agrees(const char *name)
{
	char path[64];
	dev_t seen, expected;

	snprintf(path, sizeof(path), "/dev/%.40s", name);
	if (!block_number_of_name(name, &expected) || !block_node_number(path, &seen))
		return false;
	assert_int_equal(major(seen), major(expected));
	assert_int_equal(minor(seen), minor(expected));
	return true;
}

static void
a_disk_has_the_number_that_sysfs_gives_it(void **state)
{
	owned_dir disks = opendir("/sys/class/block");
	size_t agreed = 0;

	(void)state;
	for (struct dirent *entry; disks != NULL && (entry = readdir(disks)) != NULL;) {
		if (entry->d_name[0] != '.' && node_agrees(entry->d_name))
			agreed++;
	}
	if (agreed == 0)
		skip();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_character_device_is_something_else),
		cmocka_unit_test(a_path_that_is_not_there_says_so),
		cmocka_unit_test(a_disk_has_the_number_that_sysfs_gives_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
