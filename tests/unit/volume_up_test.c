/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The story of a start, step by step, on a made-up kernel with the steps of fake_steps.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_steps.h"
#include "fake_tree.h"
#include "volume/record.h"
#include "volume/volume.h"

#define OPENING "wait copy judge open fetch activate "
#define FILLING "type fsck options mkdir mount"

static const struct params pinned = {.device = "/nowhere",
	.directory = "/srv/vol",
	.luks_uuid = UUID,
	.fstype = "auto",
	.run_fsck = "auto",
	.ssm_parameter = "/p"};

static enum status
up(const struct params *params, struct reason *reason)
{
	const struct doer doer = {.phase_fd = -1,
		.children_fd = -1,
		.deadline = deadline_in_ms(10000)};
	struct wanted wanted;

	wanted_make(params, "vol", &wanted);
	return volume_up(&wanted, &doer, reason);
}

static void
expect(enum status status, const char *steps)
{
	struct reason reason = {0};

	assert_string_equal(status_code(up(&pinned, &reason)), status_code(status));
	assert_string_equal(story.steps, steps);
	assert_int_equal(reason.text[0] == '\0', status == STATUS_OK);
}

static int
begin(void **state)
{
	int result = fake_tree_begin(state);

	story = (struct story){0};
	fake_disk("nvme1n1", 259, 1);
	return result;
}

static void
from_nothing_every_step_is_taken_in_order(void **state)
{
	struct record record;

	(void)state;
	expect(STATUS_OK, OPENING FILLING);
	assert_string_equal(story.options, "rw");
	assert_int_equal(record_read("vol", &record), STATUS_OK);
	assert_int_equal(record.ext4_errors, 7);
	assert_string_equal(record.directory, "/srv/vol");
}

static void
what_is_up_is_left_as_it_is(void **state)
{
	(void)state;
	expect(STATUS_OK, OPENING FILLING);
	story.steps[0] = '\0';
	expect(STATUS_OK, "");
}

static void
an_open_mapping_is_mounted_without_device_or_key(void **state)
{
	(void)state;
	fake_mapping("vol", 0, LUKS);
	fake_stack("dm-0", "nvme1n1", 259, 1);
	expect(STATUS_OK, FILLING);
}

static void
a_mapping_without_a_table_is_removed_after_the_header_is_judged(void **state)
{
	(void)state;
	fake_mapping("vol", 5, LUKS)->has_table = false;
	expect(STATUS_OK, "wait copy judge remove open fetch activate " FILLING);
}

static void
a_strangers_mount_ends_it_before_a_half_made_mapping_is_touched(void **state)
{
	(void)state;
	fake_mapping("vol", 5, LUKS)->has_table = false;
	fake_mounts("21 1 0:20 / / rw,relatime - tmpfs tmpfs rw\n"
		    "30 21 8:1 / /srv/vol rw,relatime - ext4 /dev/sda1 rw\n");
	expect(STATUS_MOUNT_POINT_TAKEN, "");
}

static void
a_strangers_mapping_ends_it_before_anything(void **state)
{
	(void)state;
	fake_mapping("vol", 0, STRANGER);
	fake_stack("dm-0", "nvme1n1", 259, 1);
	expect(STATUS_NAME_TAKEN, "");
}

static void
our_device_under_another_name_ends_it(void **state)
{
	(void)state;
	fake_mapping("other", 0, "CRYPT-LUKS2-" UUID "-other");
	fake_stack("dm-0", "nvme1n1", 259, 1);
	expect(STATUS_OTHER_NAME, "");
}

static void
the_first_step_that_fails_is_the_last(void **state)
{
	static const char all[] = OPENING FILLING;
	static const char *const names[] = {"wait", "copy", "judge", "open", "fetch", "activate",
		"type", "fsck", "options", "mkdir"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char steps[sizeof(all)];
		const char *at = strstr(all, names[i]);

		fake_tree_end(state);
		begin(state);
		story.fails = names[i];
		story.failure = STATUS_DEVICE_IO;
		snprintf(steps, sizeof(steps), "%.*s", (int)(at - all + (long)strlen(names[i])),
			all);
		expect(STATUS_DEVICE_IO, steps);
	}
}

static void
a_directory_that_was_made_goes_when_the_mount_fails(void **state)
{
	(void)state;
	story.fails = "mount";
	story.failure = STATUS_BAD_FILESYSTEM;
	expect(STATUS_BAD_FILESYSTEM, OPENING FILLING " rmdir");
}

static void
a_read_only_device_is_refused_before_its_header_is_read(void **state)
{
	(void)state;
	story.read_only_device = true;
	expect(STATUS_DEVICE_READ_ONLY, "wait");
}

static void
a_read_only_mapping_is_not_mounted_for_writing(void **state)
{
	(void)state;
	fake_mapping("vol", 0, LUKS)->is_read_only = true;
	fake_stack("dm-0", "nvme1n1", 259, 1);
	expect(STATUS_PARTLY_UP, "");
}

/* A second mount of it would answer 0 and leave the first one where nobody expects it. */
static void
what_is_mounted_on_another_directory_is_left_to_a_stop(void **state)
{
	(void)state;
	fake_mapping("vol", 0, LUKS);
	fake_stack("dm-0", "nvme1n1", 259, 1);
	fake_mounts(ROOT "31 21 254:0 / /elsewhere rw - xfs /dev/mapper/vol rw\n");
	fake_kernel.look = (struct directory_look){.mount_id = 21};
	expect(STATUS_PARTLY_UP, "");
}

/* The filesystem's check may have taken minutes since the first look. */
static void
a_mount_that_came_to_the_directory_meanwhile_is_not_covered(void **state)
{
	(void)state;
	story.taken_late = true;
	expect(STATUS_MOUNT_POINT_TAKEN, OPENING "type fsck options mkdir rmdir");
}

static void
the_living_mapping_of_another_record_is_in_doubt(void **state)
{
	struct record record = {.map_name = "vol",
		.luks_uuid = "00000000000000000000000000000001",
		.ext4_errors = -1};

	(void)state;
	assert_int_equal(record_write("vol", &record, NULL), STATUS_OK);
	fake_mapping("before", 3, "CRYPT-LUKS2-00000000000000000000000000000001-before");
	fake_stack("dm-3", "nvme1n1", 259, 1);
	expect(STATUS_DOUBT, "");
	assert_int_equal(record_read("vol", &record), STATUS_OK);
	assert_string_equal(record.luks_uuid, "00000000000000000000000000000001");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(from_nothing_every_step_is_taken_in_order),
		CASE(what_is_up_is_left_as_it_is),
		CASE(an_open_mapping_is_mounted_without_device_or_key),
		CASE(a_mapping_without_a_table_is_removed_after_the_header_is_judged),
		CASE(a_strangers_mount_ends_it_before_a_half_made_mapping_is_touched),
		CASE(a_strangers_mapping_ends_it_before_anything),
		CASE(our_device_under_another_name_ends_it),
		CASE(the_first_step_that_fails_is_the_last),
		CASE(a_directory_that_was_made_goes_when_the_mount_fails),
		CASE(a_read_only_device_is_refused_before_its_header_is_read),
		CASE(a_read_only_mapping_is_not_mounted_for_writing),
		CASE(what_is_mounted_on_another_directory_is_left_to_a_stop),
		CASE(a_mount_that_came_to_the_directory_meanwhile_is_not_covered),
		CASE(the_living_mapping_of_another_record_is_in_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
