/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory of a resource: which names it takes, and what it does not believe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_tree.h"
#include "volume/instance_dir.h"

static void
a_name_that_leads_elsewhere_is_refused(void **state)
{
	static const char *const names[] = {NULL, "", ".", "..", "a/b", "../etc", "/"};
	char path[PATH_MAX], longest[NAME_MAX + 2];
	struct reason reason;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		memset(&reason, 0, sizeof(reason));
		assert_false(instance_path(names[i], "lock", path));
		assert_int_equal(instance_dir_make(names[i], &reason), STATUS_NO_RECORD);
	}
	memset(longest, 'a', sizeof(longest));
	longest[NAME_MAX + 1] = '\0';
	assert_false(instance_path(longest, "lock", path));
	longest[NAME_MAX] = '\0';
	assert_true(instance_path(longest, "lock", path));
	/* Dots inside a name lead nowhere. */
	assert_true(instance_path("..vol", "lock", path));
	assert_string_equal(path, "run/..vol/lock");
}

static void
it_is_made_for_its_owner_alone_and_taken_as_it_is(void **state)
{
	struct stat about;

	(void)state;
	umask(0);
	assert_int_equal(instance_dir_make("vol", NULL), STATUS_OK);
	assert_int_equal(stat("run/vol", &about), 0);
	assert_int_equal(about.st_mode & 07777, 0700);
	assert_int_equal(stat("run", &about), 0);
	assert_int_equal(about.st_mode & 07777, 0700);
	assert_int_equal(instance_dir_make("vol", NULL), STATUS_OK);
}

static void
one_that_others_can_write_is_not_believed(void **state)
{
	struct reason reason = {0};

	(void)state;
	assert_int_equal(instance_dir_make("vol", NULL), STATUS_OK);
	assert_int_equal(chmod("run/vol", 0770), 0);
	assert_int_equal(instance_dir_make("vol", &reason), STATUS_NO_RECORD);
	assert_non_null(strstr(reason.text, "run/vol"));
	assert_int_equal(chmod("run/vol", 0702), 0);
	assert_int_equal(instance_dir_make("vol", NULL), STATUS_NO_RECORD);
	assert_int_equal(chmod("run/vol", 0700), 0);
	assert_int_equal(chmod("run", 0777), 0);
	assert_int_equal(instance_dir_make("vol", NULL), STATUS_NO_RECORD);
}

static void
a_link_or_a_file_in_its_place_is_not_followed(void **state)
{
	(void)state;
	assert_int_equal(instance_dir_make("vol", NULL), STATUS_OK);
	assert_int_equal(mkdir("elsewhere", 0700), 0);
	fake_link("../elsewhere", "run/link");
	assert_int_equal(instance_dir_make("link", NULL), STATUS_NO_RECORD);
	fake_file("run/file", "");
	assert_int_equal(instance_dir_make("file", NULL), STATUS_NO_RECORD);
}

static void
a_boot_id_that_cannot_be_read_equals_none(void **state)
{
	char boot_id[BOOT_ID_BYTES];

	(void)state;
	boot_id_read(boot_id);
	assert_string_equal(boot_id, "11111111-2222-3333-4444-555555555555");
	assert_int_equal(unlink("proc/sys/kernel/random/boot_id"), 0);
	boot_id_read(boot_id);
	assert_string_equal(boot_id, "");
}

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, fake_tree_begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(a_name_that_leads_elsewhere_is_refused),
		WITH_TREE(it_is_made_for_its_owner_alone_and_taken_as_it_is),
		WITH_TREE(one_that_others_can_write_is_not_believed),
		WITH_TREE(a_link_or_a_file_in_its_place_is_not_followed),
		WITH_TREE(a_boot_id_that_cannot_be_read_equals_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
