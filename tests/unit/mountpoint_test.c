/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directories are made with their parents, and taken away again without touching what was there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "volume/mountpoint.h"

static char base[] = "/tmp/luks-ssm-XXXXXX";

static const char *
below(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s%s", base, name);
	return path;
}

static int
make_base(void **state)
{
	(void)state;
	return mkdtemp(base) == NULL;
}

static int
remove_base(void **state)
{
	(void)state;
	return rmdir(base);
}

static void
test_missing_parents_are_made_and_taken_away(void **state)
{
	struct reason reason = {0};
	unsigned int made = 99;

	(void)state;
	assert_int_equal(mountpoint_make(below("/a/b/c"), &made, &reason), STATUS_OK);
	assert_int_equal(made, 3);
	assert_int_equal(access(below("/a/b/c"), F_OK), 0);
	mountpoint_unmake(below("/a/b/c"), made);
	assert_int_not_equal(access(below("/a"), F_OK), 0);
	assert_int_equal(access(base, F_OK), 0);
}

static void
test_what_was_there_stays(void **state)
{
	struct reason reason = {0};
	unsigned int made = 99;

	(void)state;
	assert_int_equal(mkdir(below("/there"), 0755), 0);
	assert_int_equal(mountpoint_make(below("/there"), &made, &reason), STATUS_OK);
	assert_int_equal(made, 0);
	mountpoint_unmake(below("/there"), made);
	assert_int_equal(rmdir(below("/there")), 0);
}

static void
test_a_file_is_no_mount_point(void **state)
{
	struct reason reason = {0};
	unsigned int made = 99;

	(void)state;

	FILE *file = fopen(below("/file"), "we");

	assert_non_null(file);
	fclose(file);
	assert_int_equal(mountpoint_make(below("/file"), &made, &reason), STATUS_NO_MOUNT_POINT);
	reason_clear(&reason);
	assert_int_equal(mountpoint_check(below("/file"), &reason), STATUS_NO_MOUNT_POINT);
	reason_clear(&reason);
	assert_int_equal(mountpoint_make(below("/file/below"), &made, &reason),
		STATUS_NO_MOUNT_POINT);
	assert_int_equal(made, 99);
	unlink(below("/file"));
}

static void
test_a_check_makes_nothing(void **state)
{
	struct reason reason = {0};

	(void)state;
	assert_int_equal(mountpoint_check(below("/x/y"), &reason), STATUS_OK);
	assert_int_not_equal(access(below("/x"), F_OK), 0);
	assert_int_equal(mountpoint_check("/proc/no/such", &reason),
		geteuid() == 0 ? STATUS_OK : STATUS_NO_MOUNT_POINT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_missing_parents_are_made_and_taken_away),
		cmocka_unit_test(test_what_was_there_stays),
		cmocka_unit_test(test_a_file_is_no_mount_point),
		cmocka_unit_test(test_a_check_makes_nothing),
	};

	return cmocka_run_group_tests(tests, make_base, remove_base);
}
