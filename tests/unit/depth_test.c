/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makes a failure and what only a flag. The input and output are this file's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_tree.h"
#include "volume/depth.h"
#include "volume/depth_io.h"

#define UUID "1cb16c3d326047efb64a533c7c0653ec"
#define LUKS "CRYPT-LUKS2-" UUID "-vol"
#define ROOT "21 1 0:20 / / rw,relatime - tmpfs tmpfs rw\n"
#define OURS "31 21 254:0 / /srv/vol rw,relatime shared:1 - xfs /dev/mapper/vol rw,noquota\n"

/* What each call comes to; each runs in a child, which has a copy. */
static struct io {
	enum status reads, looks, writes, judges;
	bool copy_damaged, reencrypting;
	unsigned int pause_us;
} io;

static enum status
answer(enum status status, const char *what, struct reason *reason)
{
	usleep(io.pause_us);
	return status == STATUS_OK ? STATUS_OK : reason_set(reason, status, "%s", what);
}

enum status
depth_read_mapping(void *place, struct reason *reason)
{
	assert_string_equal(((struct depth_place *)place)->mapping, "dev/dm-0");
	return answer(io.reads, "read", reason);
}

enum status
depth_look_up(void *place, struct reason *reason)
{
	(void)place;
	return answer(io.looks, "look", reason);
}

enum status
depth_write(void *place, struct reason *reason)
{
	(void)place;
	return answer(io.writes, "write", reason);
}

enum status
depth_judge_header(void *header, struct reason *reason)
{
	struct depth_header *wish = header;

	wish->copy_damaged = io.copy_damaged;
	wish->reencrypting = io.reencrypting;
	return answer(io.judges, "judge", reason);
}

static struct params ordinary = {.device = "vol-0123456789abcdef0",
	.directory = "/srv/vol",
	.luks_uuid = UUID};

static int
begin(void **state)
{
	int result = fake_tree_begin(state);

	io = (struct io){0};
	fake_mapping("vol", 0, LUKS);
	fake_disk("nvme1n1", 259, 1);
	fake_file("sys/devices/nvme1n1/device/serial", "vol0123456789abcdef0\n");
	fake_stack("dm-0", "nvme1n1", 259, 1);
	fake_mounts(ROOT OURS);
	fake_kernel.look = (struct directory_look){.mount_id = 31, .is_mount_root = true};
	return result;
}

static void
expect(unsigned int level, enum state expected, const char *word)
{
	struct wanted wanted;
	struct view view;
	struct reason reason = {0};

	wanted_make(&ordinary, "vol", &wanted);
	view_take(&wanted, deadline_in_ms(5000), &view);
	assert_int_equal(view.state, STATE_ACTIVE);
	assert_string_equal(state_word(depth_check(&wanted, &view, level, deadline_in_ms(1000),
				    &reason)),
		state_word(expected));
	if (word[0] == '\0')
		assert_string_equal(reason.text, "");
	assert_non_null(strstr(reason.text, word));
	view_end(&view);
}

static void
test_a_volume_in_order_is_active_at_every_level(void **state)
{
	(void)state;
	expect(0, STATE_ACTIVE, "");
	expect(10, STATE_ACTIVE, "");
	expect(20, STATE_ACTIVE, "");
}

static void
test_io_that_fails_is_a_failure(void **state)
{
	(void)state;
	io.reads = STATUS_DEVICE_IO;
	expect(10, STATE_FAILED, "read");
	io = (struct io){.looks = STATUS_DEVICE_IO};
	expect(10, STATE_FAILED, "look");
	io = (struct io){.writes = STATUS_TURNED_READ_ONLY};
	expect(20, STATE_FAILED, "write");
}

static void
test_nothing_is_written_below_level_20(void **state)
{
	(void)state;
	io.writes = STATUS_DEVICE_IO;
	expect(10, STATE_ACTIVE, "");
	expect(19, STATE_ACTIVE, "");
}

static void
test_a_full_filesystem_is_a_flag(void **state)
{
	(void)state;
	io.writes = STATUS_NO_MEMORY;
	expect(20, STATE_FLAGGED, "write");
}

static void
test_io_that_hangs_is_a_failure_in_time(void **state)
{
	int64_t began_ms = clock_now_ms();

	(void)state;
	io.pause_us = 30000000;
	expect(10, STATE_FAILED, "does not answer");
	assert_in_range(clock_now_ms() - began_ms, 500, 8000);
}

static void
test_a_path_that_no_longer_resolves_is_a_flag(void **state)
{
	(void)state;
	fake_file("sys/devices/nvme1n1/device/serial", "another\n");
	expect(0, STATE_ACTIVE, "");
	expect(10, STATE_FLAGGED, "no-device");
}

static void
test_a_header_that_the_next_start_would_refuse_is_a_flag(void **state)
{
	static const enum status statuses[] = {STATUS_HEADER_DAMAGED, STATUS_HEADER_UNSUPPORTED,
		STATUS_NO_KEYSLOT, STATUS_NOT_LUKS, STATUS_WRONG_UUID};

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		io.judges = statuses[i];
		expect(10, STATE_FLAGGED, status_code(statuses[i]));
	}
	io = (struct io){.copy_damaged = true};
	expect(10, STATE_FLAGGED, "header-damaged");
	io = (struct io){.reencrypting = true};
	expect(10, STATE_FLAGGED, "reencrypt");
}

/* It may be a file on storage that hangs: only the child may look. */
static void
test_not_even_the_name_of_a_header_is_looked_at_outside_the_child(void **state)
{
	(void)state;
	ordinary.header = "/nowhere/header";
	expect(10, STATE_ACTIVE, "");
	io.judges = STATUS_NO_HEADER;
	expect(10, STATE_FLAGGED, "no-header");
	ordinary.header = NULL;
}

static void
test_a_header_that_cannot_be_read_is_a_failure(void **state)
{
	(void)state;
	io.judges = STATUS_DEVICE_IO;
	expect(10, STATE_FAILED, "judge");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_volume_in_order_is_active_at_every_level),
		CASE(test_io_that_fails_is_a_failure),
		CASE(test_nothing_is_written_below_level_20),
		CASE(test_a_full_filesystem_is_a_flag),
		CASE(test_io_that_hangs_is_a_failure_in_time),
		CASE(test_a_path_that_no_longer_resolves_is_a_flag),
		CASE(test_a_header_that_the_next_start_would_refuse_is_a_flag),
		CASE(test_not_even_the_name_of_a_header_is_looked_at_outside_the_child),
		CASE(test_a_header_that_cannot_be_read_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
