/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record of this boot, and the directory it lies in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_tree.h"
#include "volume/instance_dir.h"
#include "volume/record.h"

static const struct record written = {.map_name = "vol",
	.luks_uuid = "1cb16c3d326047efb64a533c7c0653ec",
	.device = "/dev/disk/by-id/a=b",
	.directory = "/srv/my data",
	.ext4_errors = 7};

static void
what_was_written_is_read_back(void **state)
{
	struct record record;
	struct stat about;

	(void)state;
	assert_int_equal(record_write("vol", &written, NULL), STATUS_OK);
	assert_int_equal(record_read("vol", &record), STATUS_OK);
	assert_string_equal(record.map_name, written.map_name);
	assert_string_equal(record.luks_uuid, written.luks_uuid);
	assert_string_equal(record.device, written.device);
	assert_string_equal(record.directory, written.directory);
	assert_int_equal(record.ext4_errors, 7);
	assert_int_equal(stat("run/vol", &about), 0);
	assert_int_equal(about.st_mode & 0777, 0700);
	assert_int_equal(access("run/vol/record.new", F_OK), -1);
}

static void
a_record_of_another_boot_is_none(void **state)
{
	struct record record;

	(void)state;
	assert_int_equal(record_write("vol", &written, NULL), STATUS_OK);
	fake_file("proc/sys/kernel/random/boot_id", "99999999-2222-3333-4444-555555555555\n");
	assert_int_equal(record_read("vol", &record), STATUS_NOT_ACTIVE);
}

static void
a_boot_that_has_no_id_has_no_record(void **state)
{
	struct record record;

	(void)state;
	assert_int_equal(unlink("proc/sys/kernel/random/boot_id"), 0);
	assert_int_equal(record_write("vol", &written, NULL), STATUS_OK);
	assert_int_equal(record_read("vol", &record), STATUS_NOT_ACTIVE);
}

/* Each prefix of a record, as a full /run would leave it. */
static void
a_cut_record_is_none(void **state)
{
	char text[1024], part[1024];
	struct record record;
	FILE *file;

	(void)state;
	assert_int_equal(record_write("vol", &written, NULL), STATUS_OK);
	file = fopen("run/vol/record", "re");
	assert_non_null(file);
	size_t length = fread(text, 1, sizeof(text) - 1, file);

	fclose(file);
	/* The last byte is the line break after "end". */
	for (size_t cut = 0; cut + 1 < length; cut++) {
		snprintf(part, sizeof(part), "%.*s", (int)cut, text);
		fake_file("run/vol/record", part);
		assert_int_equal(record_read("vol", &record), STATUS_NOT_ACTIVE);
	}
}

static void
what_is_too_long_is_none(void **state)
{
	char text[512];
	struct record record;

	(void)state;
	snprintf(text, sizeof(text),
		"boot=11111111-2222-3333-4444-555555555555\nname=%0200d\nuuid=\nerrors=0\ndevice=\ndirectory=\nend\n",
		1);
	assert_int_equal(instance_dir_make("vol", NULL), STATUS_OK);
	fake_file("run/vol/record", text);
	assert_int_equal(record_read("vol", &record), STATUS_NOT_ACTIVE);
}

static void
a_line_break_is_not_written(void **state)
{
	struct record bad = written;
	struct record record;

	(void)state;
	strcpy(bad.directory, "/srv/a\nend");
	assert_int_equal(record_write("vol", &bad, NULL), STATUS_NO_RECORD);
	assert_int_equal(record_read("vol", &record), STATUS_NOT_ACTIVE);
}

static void
a_removed_record_is_gone_and_an_absent_one_is_no_trouble(void **state)
{
	struct record record;

	(void)state;
	record_remove("vol");
	assert_int_equal(record_write("vol", &written, NULL), STATUS_OK);
	record_remove("vol");
	assert_int_equal(record_read("vol", &record), STATUS_NOT_ACTIVE);
}

static void
a_directory_that_others_can_write_is_refused(void **state)
{
	struct reason reason = {0};

	(void)state;
	assert_int_equal(instance_dir_make("vol", NULL), STATUS_OK);
	assert_int_equal(chmod("run/vol", 0770), 0);
	assert_int_equal(record_write("vol", &written, &reason), STATUS_NO_RECORD);
	assert_non_null(strstr(reason.text, "run/vol"));
	assert_int_equal(chmod("run/vol", 0700), 0);
	fake_link("/tmp", "run/link");
	assert_int_equal(record_write("link", &written, NULL), STATUS_NO_RECORD);
}

static void
an_instance_that_names_no_directory_has_no_record(void **state)
{
	static const char *const bad[] = {"", ".", "..", "a/b", "/", NULL};
	char path[PATH_MAX];
	struct record record;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(instance_path(bad[i], "record", path));
		assert_int_equal(record_write(bad[i], &written, NULL), STATUS_NO_RECORD);
		assert_int_equal(record_read(bad[i], &record), STATUS_NOT_ACTIVE);
	}
	assert_true(instance_path("vol:0", "record", path));
	assert_string_equal(path, "run/vol:0/record");
}

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, fake_tree_begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(what_was_written_is_read_back),
		WITH_TREE(a_record_of_another_boot_is_none),
		WITH_TREE(a_boot_that_has_no_id_has_no_record),
		WITH_TREE(a_cut_record_is_none),
		WITH_TREE(what_is_too_long_is_none),
		WITH_TREE(a_line_break_is_not_written),
		WITH_TREE(a_removed_record_is_gone_and_an_absent_one_is_no_trouble),
		WITH_TREE(a_directory_that_others_can_write_is_refused),
		WITH_TREE(an_instance_that_names_no_directory_has_no_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
