/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of fstab or crypttab about our volume is found by its word, and no other line is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/conflicts.h"

static char path[] = "/tmp/luks-ssm-fstab-XXXXXX";

static int
file_make(void **state)
{
	static const char text[] =
		"# /dev/x /srv/data xfs\n\n/dev/a\t/srv/other xfs\nLABEL=b /srv/data  ext4\n";
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd) != 0;
}

static int
file_end(void **state)
{
	(void)state;
	return unlink(path);
}

static void
the_line_is_found_and_named(void **state)
{
	struct reason reason = {0};

	(void)state;
	assert_int_equal(conflicts_find_in(path, 1, "/srv/data", &reason), STATUS_BAD_PARAMETER);
	assert_non_null(strstr(reason.text, "line 4"));
}

static void
other_words_comments_and_parts_of_words_are_not(void **state)
{
	(void)state;
	assert_int_equal(conflicts_find_in(path, 1, "/srv", NULL), STATUS_OK);
	assert_int_equal(conflicts_find_in(path, 0, "/srv/data", NULL), STATUS_OK);
	assert_int_equal(conflicts_find_in(path, 1, "xfs", NULL), STATUS_OK);
	assert_int_equal(conflicts_find_in("/nowhere", 1, "/srv/data", NULL), STATUS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_line_is_found_and_named),
		cmocka_unit_test(other_words_comments_and_parts_of_words_are_not),
	};

	return cmocka_run_group_tests(tests, file_make, file_end);
}
