/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Proves how one line of mountinfo is read: its pieces, its escapes, and what is no such line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "volume/mountinfo.h"

static char line[512];

static bool
cut(const char *text, struct mountinfo *info)
{
	snprintf(line, sizeof(line), "%s", text);
	return mountinfo_cut(line, info);
}

static void
every_piece_is_where_proc_5_has_it(void **state)
{
	struct mountinfo info;

	(void)state;
	assert_true(cut(
		"36 35 98:1 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue",
		&info));
	assert_int_equal(info.id, 36);
	assert_int_equal(info.parent_id, 35);
	assert_int_equal(major(info.number), 98);
	assert_int_equal(minor(info.number), 1);
	assert_string_equal(info.root, "/mnt1");
	assert_string_equal(info.directory, "/mnt2");
	assert_string_equal(info.options, "rw,noatime");
	assert_string_equal(info.fstype, "ext3");
	assert_string_equal(info.source, "/dev/root");
	assert_string_equal(info.super_options, "rw,errors=continue");
}

static void
tags_may_be_absent_and_a_source_empty(void **state)
{
	struct mountinfo info;

	(void)state;
	assert_true(cut("36 35 0:40 / /mnt rw - tmpfs  rw", &info));
	assert_string_equal(info.source, "");
	assert_string_equal(info.super_options, "rw");
}

/* The kernel escapes blank, tab and newline, and no other white space. */
static void
a_piece_may_begin_with_white_space_that_is_no_blank(void **state)
{
	struct mountinfo info;

	(void)state;
	assert_true(cut("36 35 0:40 \r /mnt rw - tmpfs s rw", &info));
	assert_string_equal(info.root, "\r");
	assert_string_equal(info.directory, "/mnt");
}

static void
escapes_are_undone_once(void **state)
{
	struct mountinfo info;

	(void)state;
	assert_true(cut("36 35 0:40 /a\\040b /c\\011d\\012e\\134040 rw - xfs /dev/x\\043y rw",
		&info));
	assert_string_equal(info.root, "/a b");
	assert_string_equal(info.directory, "/c\td\ne\\040");
	assert_string_equal(info.source, "/dev/x#y");
	/* What is no whole escape stays. */
	assert_true(cut("36 35 0:40 / /a\\04 rw - xfs s\\ rw", &info));
	assert_string_equal(info.directory, "/a\\04");
	assert_string_equal(info.source, "s\\");
}

static void
what_is_no_such_line_is_refused(void **state)
{
	static const char *const lines[] = {"", "36", "36 35 0:40", "36 35 0:40 / /mnt",
		"36 35 0:40 / /mnt rw", "36 35 0:40 / /mnt rw shared:1", "36 35 0:40 / /mnt rw -",
		"36 35 0:40 / /mnt rw - xfs", "36 35 0:40 / /mnt rw - xfs s",
		"36 35 0:40 / mnt rw - xfs s rw", "36 35 x:40 / /mnt rw - xfs s rw",
		"a 35 0:40 / /mnt rw - xfs s rw", "36 35 0:40 / /mnt rw -xfs s rw"};
	struct mountinfo info;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_false(cut(lines[i], &info));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_piece_is_where_proc_5_has_it),
		cmocka_unit_test(tags_may_be_absent_and_a_source_empty),
		cmocka_unit_test(a_piece_may_begin_with_white_space_that_is_no_blank),
		cmocka_unit_test(escapes_are_undone_once),
		cmocka_unit_test(what_is_no_such_line_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
