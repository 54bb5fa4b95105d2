/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one statx: what it tells of real directories of this machine. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "volume/directory_look.h"
#include "volume/mounts.h"

static void
a_mount_point_is_known_by_its_mount_id(void **state)
{
	owned_mount_list list = {0};
	struct directory_look look;

	(void)state;
	directory_look("/proc", &look);
	assert_int_equal(look.error, 0);
	if (look.mount_id < 0)
		skip();
	assert_true(look.is_mount_root);
	assert_int_equal(mount_list_read("/proc/self/mountinfo", 0, &list, NULL), STATUS_OK);
	assert_int_equal(mount_list_top(&list, "/proc")->id, look.mount_id);
}

static void
a_directory_inside_is_no_mount_point_and_a_link_is_followed(void **state)
{
	char directory[] = "/tmp/luks-ssm-XXXXXX", link_path[64];
	struct directory_look inside, through;

	(void)state;
	assert_non_null(mkdtemp(directory));
	directory_look(directory, &inside);
	assert_int_equal(inside.error, 0);
	assert_false(inside.is_mount_root);
	strcpy(link_path, directory);
	strcat(link_path, "/link");
	assert_int_equal(symlink("/proc", link_path), 0);
	directory_look(link_path, &through);
	directory_look("/proc", &inside);
	assert_int_equal(through.mount_id, inside.mount_id);
	assert_int_equal(unlink(link_path), 0);
	assert_int_equal(rmdir(directory), 0);
}

static void
what_is_not_there_is_an_error(void **state)
{
	struct directory_look look;

	(void)state;
	directory_look("/nowhere/at/all", &look);
	assert_int_equal(look.error, ENOENT);
	assert_int_equal(look.mount_id, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mount_point_is_known_by_its_mount_id),
		cmocka_unit_test(a_directory_inside_is_no_mount_point_and_a_link_is_followed),
		cmocka_unit_test(what_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
