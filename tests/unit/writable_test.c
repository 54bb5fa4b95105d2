/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a filesystem takes writes: only EROFS and EIO say no, and a hang says so in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "fake_tree.h"
#include "volume/writable.h"

/* The answer to the opening of an unnamed file. */
static struct {
	int error; /* 0: the real one */
	bool hangs;
} played;

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

int
__wrap_open(const char *path, int flags, ...)
{
	if ((flags & O_TMPFILE) != O_TMPFILE)
		return __real_open(path, flags, 0600);
	if (played.hangs)
		sleep(30);
	if (played.error == 0)
		return __real_open(path, flags, 0600);
	errno = played.error;
	return -1;
}

static enum status
check(const char *directory, struct reason *reason)
{
	memset(reason, 0, sizeof(*reason));
	return writable_check(directory, deadline_in_ms(10000), reason);
}

static int
begin(void **state)
{
	memset(&played, 0, sizeof(played));
	return fake_tree_begin(state);
}

static void
a_directory_that_takes_writes_is_left_as_it_was(void **state)
{
	struct reason reason;
	size_t entries = 0;

	(void)state;
	fake_file("empty/file", "");
	assert_int_equal(unlink("empty/file"), 0);
	assert_int_equal(check("empty", &reason), STATUS_OK);
	owned_dir dir = opendir("empty");

	while (readdir(dir) != NULL)
		entries++;
	assert_int_equal(entries, 2);
}

static void
read_only_and_broken_are_told(void **state)
{
	struct reason reason;

	(void)state;
	played.error = EROFS;
	assert_int_equal(check("sys", &reason), STATUS_TURNED_READ_ONLY);
	assert_non_null(strstr(reason.text, "sys"));
	played.error = EIO;
	assert_int_equal(check("sys", &reason), STATUS_TURNED_READ_ONLY);
}

/* A full disk, a filesystem without O_TMPFILE, a directory that went away. */
static void
other_errors_say_nothing_of_it(void **state)
{
	static const int errors[] = {ENOSPC, EDQUOT, EOPNOTSUPP, EISDIR, EMFILE, EACCES};
	struct reason reason;

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		played.error = errors[i];
		assert_int_equal(check("sys", &reason), STATUS_OK);
	}
	played.error = 0;
	assert_int_equal(check("nowhere", &reason), STATUS_OK);
}

static void
a_path_that_is_too_long_is_not_asked_for(void **state)
{
	static char path[PATH_MAX + 2];
	struct reason reason;

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	played.error = EROFS;
	assert_int_equal(check(path, &reason), STATUS_OK);
}

static void
a_filesystem_that_hangs_holds_nobody_beyond_the_deadline(void **state)
{
	struct reason reason = {0};

	(void)state;
	played.hangs = true;
	assert_int_equal(writable_check("sys", deadline_in_ms(300), &reason), STATUS_TIMED_OUT);
	assert_true(reason.text[0] != '\0');
}

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(a_directory_that_takes_writes_is_left_as_it_was),
		WITH_TREE(read_only_and_broken_are_told),
		WITH_TREE(other_errors_say_nothing_of_it),
		WITH_TREE(a_path_that_is_too_long_is_not_asked_for),
		WITH_TREE(a_filesystem_that_hangs_holds_nobody_beyond_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
