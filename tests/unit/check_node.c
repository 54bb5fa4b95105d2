/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check_node.h"

#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "volume/bounded.h"
#include "volume/clock_check.h"
#include "volume/device_wait.h"
#include "volume/filesystem.h"
#include "volume/fsck.h"
#include "volume/kdf_memory.h"
#include "volume/kernel_module.h"
#include "volume/luks.h"
#include "volume/mountpoint.h"
#include "volume/option_check.h"
#include "volume/unlock.h"

struct check_node node;

static enum status
step(const char *name, struct reason *reason)
{
	if (node.fails == NULL || strcmp(node.fails, name) != 0)
		return STATUS_OK;
	return reason_set(reason, node.failure, "%s failed", name);
}

uid_t
geteuid(void)
{
	return node.user;
}

int
access(const char *path, int mode)
{
	(void)path;
	(void)mode;
	return node.has_helper ? 0 : -1;
}

struct passwd *
getpwnam(const char *name)
{
	static struct passwd entry;

	(void)name;
	return node.has_user ? &entry : NULL;
}

bool
kernel_module_is_there(const char *name)
{
	(void)name;
	return node.has_dm_crypt;
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
	(void)deadline;
	assert_int_equal(wait_ms, 0);
	*ret_device = (struct found_device){.path = "dev/nvme1n1",
		.is_read_only = node.read_only_device};
	return step("device", reason);
}

enum status
bounded_run(bounded_function *function, const char *what, void *context, size_t context_bytes,
	struct deadline deadline, struct reason *reason)
{
	(void)what;
	(void)context_bytes;
	(void)deadline;
	if (node.header_hangs)
		return reason_set(reason, STATUS_TIMED_OUT, "hangs");
	node.in_child = true;

	enum status status = function(context, reason);

	node.in_child = false;
	return status;
}

void
clock_check(void)
{
	node.clock_checks++;
}

enum status
filesystem_find(const char *path, const char *fstype, char ret_fstype[static FSTYPE_BYTES],
	struct reason *reason)
{
	assert_string_equal(path, "dev/dm-0");
	(void)fstype;
	snprintf(ret_fstype, FSTYPE_BYTES, "%s", node.inside);
	return step("inside", reason);
}

enum status
fsck_look(const char *fstype, const char *path, bool *ret_is_unclean, struct reason *reason)
{
	assert_string_equal(fstype, node.inside);
	*ret_is_unclean = path == NULL;
	return step("superblock", reason);
}

enum status
header_copy(const char *path, struct header *ret_header, struct reason *reason)
{
	(void)path;
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
	assert_string_equal(pin, CHECK_NODE_UUID);
	*ret_report = (struct luks_report){.uuid = CHECK_NODE_UUID,
		.version = 2,
		.slots = 1,
		.least_kdf_kib = node.kdf_kib};
	return step("judge", reason);
}

enum status
luks_try_key(struct header *header, const struct secret *key, struct deadline deadline,
	struct reason *reason)
{
	(void)header;
	(void)key;
	(void)deadline;
	node.key_was_tried = true;
	return step("key", reason);
}

enum status
unlock_with_key(const struct params *params, const struct doer *doer, unlock_try *try,
	void *context, struct reason *reason)
{
	static const struct secret key = {0};

	(void)params;
	assert_int_equal(doer->children_fd, -1);
	return try(context, &key, reason);
}

uint64_t
kdf_memory_free_kib(void)
{
	return 1000;
}

enum status
mountpoint_check(const char *directory, struct reason *reason)
{
	assert_string_equal(directory, "/srv/vol");
	assert_true(node.in_child);
	return step("directory", reason);
}

enum status
filesystem_check_driver(const char *fstype, struct reason *reason)
{
	(void)fstype;
	return step("driver", reason);
}

enum status
fsck_check_policy(const char *policy, const char *fstype, struct reason *reason)
{
	(void)policy;
	(void)fstype;
	return step("fsck", reason);
}

enum status
option_check(const char *fstype, const char *options, struct reason *reason)
{
	(void)options;
	assert_string_equal(fstype, node.inside);
	return step("options", reason);
}
