/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The story of a start, step by step, on a made-up kernel. What opens, unlocks, checks and mounts is this file's own: it
 * writes down that it was called and fails where a case wants it to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "fake_tree.h"
#include "volume/close.h"
#include "volume/device_wait.h"
#include "volume/filesystem.h"
#include "volume/fsck.h"
#include "volume/kernel_module.h"
#include "volume/luks.h"
#include "volume/mountpoint.h"
#include "volume/option_check.h"
#include "volume/record.h"
#include "volume/udev_watch.h"
#include "volume/unlock.h"
#include "volume/volume.h"

#define UUID "1cb16c3d326047efb64a533c7c0653ec"
#define LUKS "CRYPT-LUKS2-" UUID "-vol"
#define STRANGER "CRYPT-LUKS2-00000000000000000000000000000001-vol"
#define ROOT "21 1 0:20 / / rw,relatime - tmpfs tmpfs rw\n"
#define OURS "31 21 254:0 / /srv/vol rw,relatime shared:1 - xfs /dev/mapper/vol rw,noquota\n"

/* What was done, in words; what fails, and how. */
static struct story {
	char steps[256];
	const char *fails;
	enum status failure;
	bool read_only_device;
	char options[64];
} story;

static enum status
step(const char *name, struct reason *reason)
{
	size_t used = strlen(story.steps);

	snprintf(story.steps + used, sizeof(story.steps) - used, "%s%s", used > 0 ? " " : "", name);
	if (story.fails != NULL && strcmp(story.fails, name) == 0)
		return reason_set(reason, story.failure, "%s failed", name);
	return STATUS_OK;
}

int64_t
device_wait_ms(const struct params *params)
{
	(void)params;
	return 0;
}

enum status
device_wait(const struct wanted *wanted, int64_t wait_ms, struct deadline deadline, struct found_device *ret_device,
	struct reason *reason)
{
	(void)wanted;
	(void)wait_ms;
	(void)deadline;
	*ret_device = (struct found_device){.path = "dev/nvme1n1", .number = makedev(259, 1),
		.is_read_only = story.read_only_device};
	return step("wait", reason);
}

bool
kernel_module_is_there(const char *name)
{
	(void)name;
	return true;
}

enum status
header_copy(const char *path, struct header *ret_header, struct reason *reason)
{
	assert_string_equal(path, "dev/nvme1n1");
	*ret_header = HEADER_EMPTY;
	return step("copy", reason);
}

void
header_end(struct header *header)
{
	(void)header;
}

enum status
luks_judge(const struct header *header, const char *pin, struct luks_report *ret_report, struct reason *reason)
{
	(void)header;
	(void)pin;
	*ret_report = (struct luks_report){.uuid = UUID, .version = 2, .slots = 1};
	return step("judge", reason);
}

enum status
close_mapping(const struct dm_device *mapping, struct deadline deadline, struct reason *reason)
{
	(void)deadline;
	assert_false(mapping->has_table);
	fake_kernel.device_count = 0;
	return step("remove", reason);
}

enum status
luks_open(const char *device_path, const char *header_path, const char *uuid, struct luks *ret_luks, struct reason *reason)
{
	struct record record;

	assert_string_equal(device_path, "dev/nvme1n1");
	assert_null(header_path);
	assert_string_equal(uuid, UUID);
	/* Whatever happens from here on, stop knows what this start was about. */
	assert_int_equal(record_read("vol", &record), STATUS_OK);
	assert_string_equal(record.luks_uuid, UUID);
	*ret_luks = LUKS_EMPTY;
	return step("open", reason);
}

void
luks_end(struct luks *luks)
{
	(void)luks;
}

enum status
udev_watch_begin(struct udev_watch *watch, struct spawn_child *ret_child, struct reason *reason)
{
	(void)watch;
	(void)ret_child;
	(void)reason;
	return STATUS_OK;
}

enum status
unlock_with_key(const struct params *params, const struct doer *doer, unlock_try *try, void *context, struct reason *reason)
{
	static const struct secret key = {0};
	enum status status = step("fetch", reason);

	(void)params;
	(void)doer;
	return status == STATUS_OK ? try(context, &key, reason) : status;
}

enum status
luks_activate(struct luks *luks, const char *map_name, const struct secret *key, const struct params *params,
	bool read_only, struct deadline deadline, struct reason *reason)
{
	enum status status = step("activate", reason);

	(void)luks;
	(void)key;
	(void)params;
	(void)deadline;
	assert_string_equal(map_name, "vol");
	if (status != STATUS_OK)
		return status;
	fake_mapping("vol", 0, LUKS)->is_read_only = read_only;
	fake_stack("dm-0", "nvme1n1", 259, 1);
	return STATUS_OK;
}

enum status
filesystem_find(const char *path, const char *fstype, char ret_fstype[static FSTYPE_BYTES], struct reason *reason)
{
	(void)path;
	(void)fstype;
	strcpy(ret_fstype, "xfs");
	return step("type", reason);
}

enum status
filesystem_check_driver(const char *fstype, struct reason *reason)
{
	(void)fstype;
	(void)reason;
	return STATUS_OK;
}

long
filesystem_ext4_errors(const char *kernel_name)
{
	assert_string_equal(kernel_name, "dm-0");
	return 7;
}

enum status
fsck_run(const char *policy, const char *fstype, const char *path, bool read_only, const struct doer *doer,
	struct reason *reason)
{
	(void)policy;
	(void)fstype;
	(void)path;
	(void)read_only;
	(void)doer;
	return step("fsck", reason);
}

enum status
option_check(const char *fstype, const char *options, struct reason *reason)
{
	(void)fstype;
	(void)options;
	return step("options", reason);
}

enum status
mountpoint_make(const char *directory, unsigned int *ret_made, struct reason *reason)
{
	(void)directory;
	*ret_made = 1;
	return step("mkdir", reason);
}

void
mountpoint_unmake(const char *directory, unsigned int made)
{
	(void)directory;
	assert_int_equal(made, 1);
	step("rmdir", NULL);
}

enum status
mountpoint_mount(const char *source, const char *directory, const char *fstype, const char *options, bool read_only,
	struct reason *reason)
{
	enum status status = step("mount", reason);

	(void)source;
	(void)directory;
	(void)fstype;
	(void)read_only;
	snprintf(story.options, sizeof(story.options), "%s", options);
	if (status != STATUS_OK)
		return status;
	fake_mounts(ROOT OURS);
	fake_kernel.look = (struct directory_look){.mount_id = 31, .is_mount_root = true};
	return STATUS_OK;
}

#define OPENING "wait copy judge open fetch activate "
#define FILLING "type fsck options mkdir mount"

static const struct params pinned = {.device = "/nowhere", .directory = "/srv/vol", .luks_uuid = UUID, .fstype = "auto",
	.run_fsck = "auto", .ssm_parameter = "/p"};

static enum status
up(const struct params *params, struct reason *reason)
{
	const struct doer doer = {.phase_fd = -1, .children_fd = -1, .deadline = deadline_in_ms(10000)};
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
	static const char *const names[] = {"wait", "copy", "judge", "open", "fetch", "activate", "type", "fsck", "options", "mkdir"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char steps[sizeof(all)];
		const char *at = strstr(all, names[i]);

		fake_tree_end(state);
		begin(state);
		story.fails = names[i];
		story.failure = STATUS_DEVICE_IO;
		snprintf(steps, sizeof(steps), "%.*s", (int)(at - all + (long)strlen(names[i])), all);
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

static void
the_living_mapping_of_another_record_is_in_doubt(void **state)
{
	struct record record = {.map_name = "vol", .luks_uuid = "00000000000000000000000000000001", .ext4_errors = -1};

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
		CASE(a_strangers_mapping_ends_it_before_anything),
		CASE(our_device_under_another_name_ends_it),
		CASE(the_first_step_that_fails_is_the_last),
		CASE(a_directory_that_was_made_goes_when_the_mount_fails),
		CASE(a_read_only_device_is_refused_before_its_header_is_read),
		CASE(a_read_only_mapping_is_not_mounted_for_writing),
		CASE(the_living_mapping_of_another_record_is_in_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
