/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of a start, written down. See fake_steps.h. */
#include "fake_steps.h"

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

struct story story;

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
device_wait(const struct wanted *wanted, int64_t wait_ms, struct deadline deadline,
	struct found_device *ret_device, struct reason *reason)
{
	(void)wanted;
	(void)wait_ms;
	(void)deadline;
	*ret_device = (struct found_device){.path = "dev/nvme1n1",
		.number = makedev(259, 1),
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
luks_judge(const struct header *header, const char *pin, struct luks_report *ret_report,
	struct reason *reason)
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
luks_open(const char *device_path, const char *header_path, const char *uuid, struct luks *ret_luks,
	struct reason *reason)
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
unlock_with_key(const struct params *params, const struct doer *doer, unlock_try *try,
	void *context, struct reason *reason)
{
	static const struct secret key = {0};
	enum status status = step("fetch", reason);

	(void)params;
	(void)doer;
	return status == STATUS_OK ? try(context, &key, reason) : status;
}

enum status
luks_activate(struct luks *luks, const char *map_name, const struct secret *key,
	const struct params *params, bool read_only, struct deadline deadline,
	struct reason *reason)
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
filesystem_find(const char *path, const char *fstype, char ret_fstype[static FSTYPE_BYTES],
	struct reason *reason)
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
fsck_run(const char *policy, const char *fstype, const char *path, bool read_only,
	const struct doer *doer, struct reason *reason)
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
mountpoint_check_free(const char *directory, const struct mount *on_directory,
	struct reason *reason)
{
	(void)directory;
	if ((on_directory != NULL && !on_directory->is_ours) ||
		(story.taken_late && strstr(story.steps, "fsck") != NULL))
		return reason_set(reason, STATUS_MOUNT_POINT_TAKEN, "taken");
	return STATUS_OK;
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
mountpoint_mount(const char *source, const char *directory, const char *fstype, const char *options,
	bool read_only, struct reason *reason)
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
