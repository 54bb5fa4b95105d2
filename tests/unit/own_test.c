/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ownership words: what ends with its scope, and what is given away. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"

static bool
fd_is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1 || errno != EBADF;
}

static int
fd_make(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void
a_descriptor_ends_with_its_scope(void **state)
{
	int number;

	(void)state;
	{
		owned_fd fd = fd_make();

		number = fd;
		assert_true(fd_is_open(number));
	}
	assert_false(fd_is_open(number));
}

static void
a_stolen_descriptor_outlives_its_scope(void **state)
{
	int kept;

	(void)state;
	{
		owned_fd fd = fd_make();

		kept = steal_fd(&fd);
		assert_int_equal(fd, -1);
	}
	assert_true(fd_is_open(kept));
	assert_int_equal(close(kept), 0);
}

static void
an_ended_descriptor_is_not_closed_twice(void **state)
{
	int fd = fd_make();
	int number = fd;

	(void)state;
	fd_end(&fd);
	assert_int_equal(fd, -1);

	/* The lowest free number is given out again: it belongs to somebody else now. */
	owned_fd other = fd_make();

	assert_int_equal(other, number);
	fd_end(&fd);
	assert_true(fd_is_open(other));
}

static void
a_stolen_pointer_leaves_null(void **state)
{
	char *kept;

	(void)state;
	{
		owned_text text = strdup("kept");

		assert_non_null(text);
		kept = steal(text);
		assert_null(text);
	}
	assert_string_equal(kept, "kept");
	text_end(&kept);
	assert_null(kept);
	text_end(&kept);
}

static void
streams_close_their_descriptors(void **state)
{
	int of_file, of_directory;

	(void)state;
	{
		owned_file file = fopen("/dev/null", "re");
		owned_dir dir = opendir("/");

		assert_non_null(file);
		assert_non_null(dir);
		of_file = fileno(file);
		of_directory = dirfd(dir);
	}
	assert_false(fd_is_open(of_file));
	assert_false(fd_is_open(of_directory));
}

static void
null_and_minus_one_own_nothing(void **state)
{
	owned_text text = NULL;
	owned_fd fd = -1;
	owned_dir dir = NULL;
	owned_file file = NULL;

	(void)state;
	text_end(&text);
	fd_end(&fd);
	dir_end(&dir);
	file_end(&file);
	assert_true(fd_is_open(STDERR_FILENO));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_descriptor_ends_with_its_scope),
		cmocka_unit_test(a_stolen_descriptor_outlives_its_scope),
		cmocka_unit_test(an_ended_descriptor_is_not_closed_twice),
		cmocka_unit_test(a_stolen_pointer_leaves_null),
		cmocka_unit_test(streams_close_their_descriptors),
		cmocka_unit_test(null_and_minus_one_own_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
