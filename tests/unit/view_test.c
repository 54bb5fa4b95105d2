/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict, state by state, on a made-up kernel. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "view_kit.h"
#include "volume/record.h"

static void
nothing_at_all_is_absent(void **state)
{
	(void)state;
	expect(&ordinary, STATE_ABSENT, STATUS_NOT_ACTIVE);
	expect(&pinned, STATE_ABSENT, STATUS_NOT_ACTIVE);
	expect(&(struct params){0}, STATE_ABSENT, STATUS_NOT_ACTIVE);
}

static void
a_node_without_device_mapper_has_nothing_of_ours(void **state)
{
	(void)state;
	assert_int_equal(unlink("sys/class/misc/device-mapper"), 0);
	expect(&ordinary, STATE_ABSENT, STATUS_NOT_ACTIVE);
}

static void
what_cannot_be_read_is_not_absent(void **state)
{
	(void)state;
	fake_kernel.dm_status = STATUS_UNREADABLE;
	expect(&ordinary, STATE_UNREADABLE, STATUS_UNREADABLE);
	fake_kernel.dm_status = STATUS_OK;
	fake_mounts(ROOT "this is no line of mountinfo\n");
	expect(&ordinary, STATE_UNREADABLE, STATUS_UNREADABLE);
	assert_int_equal(unlink("proc/self/mountinfo"), 0);
	expect(&ordinary, STATE_UNREADABLE, STATUS_UNREADABLE);
}

static void
open_and_mounted_is_active(void **state)
{
	const struct params by_serial = BY_SERIAL;

	(void)state;
	open_volume();
	fake_mounts(ROOT OURS);
	fake_kernel.look = (struct directory_look){.mount_id = 31, .is_mount_root = true};
	expect(&pinned, STATE_ACTIVE, STATUS_OK);
	expect(&by_serial, STATE_ACTIVE, STATUS_OK);
	assert_string_equal(fake_kernel.looked_at, "/srv/vol");
}

static void
open_and_not_mounted_is_partial(void **state)
{
	(void)state;
	open_volume();
	expect(&pinned, STATE_PARTIAL, STATUS_PARTLY_UP);
}

static void
mounted_on_another_directory_alone_is_partial(void **state)
{
	(void)state;
	open_volume();
	fake_mounts(ROOT "31 21 254:0 / /mnt rw - xfs /dev/mapper/vol rw\n");
	fake_kernel.look = (struct directory_look){.mount_id = 21};
	expect(&pinned, STATE_PARTIAL, STATUS_PARTLY_UP);
	fake_kernel.look = (struct directory_look){.error = ENOENT, .mount_id = -1};
	expect(&pinned, STATE_PARTIAL, STATUS_PARTLY_UP);
}

/* The path holds a symbolic link, which mountinfo does not show. */
static void
a_directory_reached_through_a_link_is_known_by_its_mount(void **state)
{
	(void)state;
	open_volume();
	fake_mounts(ROOT "31 21 254:0 / /big/vol rw - xfs /dev/mapper/vol rw\n");
	fake_kernel.look = (struct directory_look){.mount_id = 31, .is_mount_root = true};
	expect(&pinned, STATE_ACTIVE, STATUS_OK);
	fake_kernel.look.is_mount_root = false;
	expect(&pinned, STATE_PARTIAL, STATUS_PARTLY_UP);
}

static void
a_bind_over_itself_is_as_good_as_one_mount(void **state)
{
	(void)state;
	open_volume();
	fake_mounts(ROOT OURS "32 31 254:0 / /srv/vol rw - xfs /dev/mapper/vol rw\n");
	expect(&pinned, STATE_ACTIVE, STATUS_OK);
	/* What lies on top counts. */
	fake_mounts(ROOT OURS "32 31 254:0 / /srv/vol ro - xfs /dev/mapper/vol rw\n");
	expect(&pinned, STATE_FAILED, STATUS_TURNED_READ_ONLY);
}

static void
a_strangers_mount_over_ours_is_a_failure(void **state)
{
	(void)state;
	open_volume();
	fake_mounts(ROOT OURS "32 31 0:40 / /srv/vol rw - tmpfs tmpfs rw\n");
	expect(&pinned, STATE_FAILED, STATUS_MOUNT_POINT_TAKEN);
	/* It is not even looked at: it may be a server that does not answer. */
	assert_string_equal(fake_kernel.looked_at, "");
}

static void
a_strangers_mount_where_ours_should_be_is_seen(void **state)
{
	owned_view view = {0};
	struct wanted wanted;

	(void)state;
	open_volume();
	fake_mounts(ROOT "32 21 0:40 / /srv/vol rw - tmpfs theirs rw\n");
	expect(&pinned, STATE_PARTIAL, STATUS_PARTLY_UP);
	wanted_make(&pinned, "vol", &wanted);
	view_take(&wanted, deadline_in_ms(10000), &view);
	assert_non_null(view.on_directory);
	assert_false(view.on_directory->is_ours);
}

static void
a_mount_over_a_parent_hides_ours(void **state)
{
	(void)state;
	open_volume();
	fake_mounts(ROOT OURS "32 21 0:40 / /srv rw - tmpfs tmpfs rw\n");
	fake_kernel.look = (struct directory_look){.mount_id = 32};
	expect(&pinned, STATE_PARTIAL, STATUS_PARTLY_UP);
	fake_kernel.look = (struct directory_look){.error = ENOENT, .mount_id = -1};
	expect(&pinned, STATE_FAILED, STATUS_PARTLY_UP);
}

static void
a_filesystem_that_was_shut_down_is_a_failure(void **state)
{
	static const char *const words[] = {"rw,shutdown", "rw,emergency_ro,errors=remount-ro",
		"ro"};
	char text[512];

	(void)state;
	open_volume();
	fake_mounts(ROOT OURS);
	fake_kernel.look.error = EIO;
	expect(&pinned, STATE_FAILED, STATUS_TURNED_READ_ONLY);
	fake_kernel.look.error = 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(text, sizeof(text),
			ROOT "31 21 254:0 / /srv/vol rw - ext4 /dev/mapper/vol %s\n", words[i]);
		fake_mounts(text);
		expect(&pinned, STATE_FAILED, STATUS_TURNED_READ_ONLY);
	}
}

static void
read_only_is_right_where_it_was_asked_for(void **state)
{
	const struct params read_only = {.luks_uuid = UUID,
		.directory = "/srv/vol",
		.read_only = true};
	struct dm_device *mapping = open_volume();

	(void)state;
	fake_mounts(ROOT OURS);
	expect(&read_only, STATE_FAILED, STATUS_PARTLY_UP);
	mapping->is_read_only = true;
	expect(&pinned, STATE_FAILED, STATUS_DEVICE_READ_ONLY);
	fake_mounts(ROOT "31 21 254:0 / /srv/vol ro - xfs /dev/mapper/vol ro\n");
	expect(&read_only, STATE_ACTIVE, STATUS_OK);
}

static void
a_mapping_without_a_live_table_is_partial(void **state)
{
	struct dm_device *mapping = fake_mapping("vol", 0, LUKS);

	(void)state;
	mapping->has_table = false;
	expect(&pinned, STATE_PARTIAL, STATUS_PARTLY_UP);
	mapping->has_inactive_table = true;
	expect(&pinned, STATE_PARTIAL, STATUS_PARTLY_UP);
	/* The error target took its place under a mount. */
	fake_mounts(ROOT OURS);
	expect(&pinned, STATE_FAILED, STATUS_DEVICE_LOST);
}

static void
a_suspended_mapping_is_a_failure_and_its_directory_is_not_touched(void **state)
{
	struct dm_device *mapping = open_volume();

	(void)state;
	fake_mounts(ROOT OURS);
	mapping->is_suspended = true;
	expect(&pinned, STATE_FAILED, STATUS_SUSPENDED);
	assert_string_equal(fake_kernel.looked_at, "");
}

static void
ext4_errors_flag_when_they_grew_since_start(void **state)
{
	struct record record = {.map_name = "vol", .luks_uuid = UUID, .ext4_errors = 2};

	(void)state;
	open_volume();
	fake_mounts(ROOT "31 21 254:0 / /srv/vol rw - ext4 /dev/mapper/vol rw\n");
	fake_file("sys/fs/ext4/dm-0/errors_count", "2\n");
	expect(&pinned, STATE_ACTIVE, STATUS_OK);
	assert_int_equal(record_write("vol", &record, NULL), STATUS_OK);
	expect(&pinned, STATE_ACTIVE, STATUS_OK);
	fake_file("sys/fs/ext4/dm-0/errors_count", "3\n");
	expect(&pinned, STATE_FLAGGED, STATUS_BAD_FILESYSTEM);
	record.ext4_errors = -1;
	assert_int_equal(record_write("vol", &record, NULL), STATUS_OK);
	expect(&pinned, STATE_ACTIVE, STATUS_OK);
}

static void
a_private_namespace_is_judged_with_inits(void **state)
{
	(void)state;
	open_volume();
	fake_mounts(ROOT OURS);
	fake_private(ROOT);
	expect(&pinned, STATE_FAILED, STATUS_PRIVATE_NAMESPACE);
	fake_file("proc/1/mountinfo", ROOT OURS);
	expect(&pinned, STATE_ACTIVE, STATUS_OK);
	assert_string_equal(fake_kernel.looked_at, "proc/1/root/srv/vol");
	fake_mounts(ROOT);
	expect(&pinned, STATE_ACTIVE, STATUS_OK);
	fake_file("proc/1/mountinfo", "broken\n");
	expect(&pinned, STATE_UNREADABLE, STATUS_UNREADABLE);
}

static void
a_suspension_that_ends_is_waited_for(void **state)
{
	struct dm_device *mapping = open_volume();
	struct wanted wanted;
	struct view view;

	(void)state;
	fake_mounts(ROOT OURS);
	mapping->is_suspended = true;
	wanted_make(&pinned, "vol", &wanted);

	int64_t begin_ms = clock_now_ms();

	view_take_settled(&wanted, deadline_in_ms(300), &view);
	assert_int_equal(view.reason.status, STATUS_SUSPENDED);
	assert_true(clock_now_ms() - begin_ms >= 300);
	view_end(&view);
	mapping->is_suspended = false;
	begin_ms = clock_now_ms();
	view_take_settled(&wanted, deadline_in_ms(5000), &view);
	assert_int_equal(view.state, STATE_ACTIVE);
	assert_true(clock_now_ms() - begin_ms < 1500);
	view_end(&view);
}

static void
every_state_has_its_word(void **state)
{
	(void)state;
	for (int i = 0; i < STATE_COUNT; i++)
		assert_non_null(state_word((enum state)i));
	assert_string_equal(state_word((enum state)99), "UNREADABLE");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(nothing_at_all_is_absent),
		WITH_TREE(a_node_without_device_mapper_has_nothing_of_ours),
		WITH_TREE(what_cannot_be_read_is_not_absent),
		WITH_TREE(open_and_mounted_is_active),
		WITH_TREE(open_and_not_mounted_is_partial),
		WITH_TREE(mounted_on_another_directory_alone_is_partial),
		WITH_TREE(a_directory_reached_through_a_link_is_known_by_its_mount),
		WITH_TREE(a_bind_over_itself_is_as_good_as_one_mount),
		WITH_TREE(a_strangers_mount_over_ours_is_a_failure),
		WITH_TREE(a_strangers_mount_where_ours_should_be_is_seen),
		WITH_TREE(a_mount_over_a_parent_hides_ours),
		WITH_TREE(a_filesystem_that_was_shut_down_is_a_failure),
		WITH_TREE(read_only_is_right_where_it_was_asked_for),
		WITH_TREE(a_mapping_without_a_live_table_is_partial),
		WITH_TREE(a_suspended_mapping_is_a_failure_and_its_directory_is_not_touched),
		WITH_TREE(ext4_errors_flag_when_they_grew_since_start),
		WITH_TREE(a_private_namespace_is_judged_with_inits),
		WITH_TREE(a_suspension_that_ends_is_waited_for),
		WITH_TREE(every_state_has_its_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
