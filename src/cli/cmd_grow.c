/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grow: after the disk was enlarged, the mapping, then the filesystem on it, while both are in use.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/command.h"
#include "volume/bounded.h"
#include "volume/luks_make.h"
#include "volume/spawn.h"
#include "volume/unlock.h"
#include "volume/view.h"

struct growth {
	const struct dm_device *mapping; /* lent */
	const struct mount *mount;       /* lent */
	char device[64];                 /* below the mapping */
	const char *header;              /* NULL: on the device */
	const struct secret *key;        /* lent: the one that is tried */
	struct deadline deadline;
};

static const struct mount *
growth_find_mount(const struct view *view)
{
	for (size_t i = 0; i < view->mounts.count; i++) {
		if (view->mounts.mounts[i].is_ours && !view->mounts.mounts[i].is_read_only)
			return &view->mounts.mounts[i];
	}
	return NULL;
}

static enum status
resize_body(void *context, struct reason *reason)
{
	const struct growth *growth = context;

	return luks_resize(growth->device, growth->header, growth->mapping->name, growth->key,
		reason);
}

static enum status
resize_try(void *context, const struct secret *key, struct reason *reason)
{
	struct growth *growth = context;

	log_step("growing the mapping %s", growth->mapping->name);
	growth->key = key;
	return bounded_run(resize_body, "the mapping's growth", growth, sizeof(*growth),
		growth->deadline, reason);
}

/* The tool of the filesystem with its words; the last of them is what it works on. */
static enum status
filesystem_grow(const struct growth *growth, struct deadline deadline, struct reason *reason)
{
	static const char *const directories[] = {"/usr/sbin", "/sbin", "/usr/bin", "/bin"};
	const char *fstype = growth->mount->fstype, *directory = growth->mount->directory;
	char path[160], output[1024];
	char *xfs[] = {(char[]){"xfs_growfs"}, (char *)(uintptr_t)directory, NULL};
	char *ext[] = {(char[]){"resize2fs"}, path, NULL};
	char *btrfs[] = {(char[]){"btrfs"}, (char[]){"filesystem"}, (char[]){"resize"},
		(char[]){"max"}, (char *)(uintptr_t)directory, NULL};
	bool is_xfs = strcmp(fstype, "xfs") == 0, is_btrfs = strcmp(fstype, "btrfs") == 0;
	char program[64];
	struct spawn_job job = {.path = program,
		.arguments = is_xfs ? xfs
			: is_btrfs  ? btrfs
				    : ext,
		.output = output,
		.output_room_bytes = sizeof(output) - 1,
		.with_stderr = true};
	struct spawn_result result;

	snprintf(path, sizeof(path), "/dev/mapper/%s", growth->mapping->name);
	/* Distributions differ in where the three lie. */
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		snprintf(program, sizeof(program), "%s/%s", directories[i], job.arguments[0]);
		if (access(program, X_OK) == 0)
			break;
	}
	log_step("growing the filesystem with %s", job.arguments[0]);
	enum status status = spawn_run(&job, deadline, &result, reason);

	if (status != STATUS_OK || result.exit_code == 0)
		return status;
	return reason_set(reason, STATUS_BAD_FILESYSTEM,
		"%s ended with %d; the mapping has grown: run it by hand", program,
		result.exit_code);
}

static enum status
growth_run(const struct command_call *call, struct growth *growth, struct reason *reason)
{
	const struct doer nobody = {.phase_fd = -1, .children_fd = -1, .deadline = call->deadline};

	growth->header = call->params.header;
	growth->deadline = call->deadline;
	enum status status = unlock_with_key(&call->params, &nobody, resize_try, growth, reason);

	return status == STATUS_OK ? filesystem_grow(growth, call->deadline, reason) : status;
}

enum status
cmd_grow(struct command_call *call, struct reason *reason)
{
	struct growth growth = {0};
	owned_view view = {0};
	struct json_object *root = answer_root(&call->answer);
	enum status status = reason_pass(&call->params.problem, reason);

	if (status == STATUS_OK)
		status = command_check_name(call, reason);
	if (status == STATUS_OK)
		status = command_check_rights(call, reason);
	if (status != STATUS_OK)
		return status;
	view_take_settled(&call->wanted, call->deadline, &view);
	growth.mapping = view.ours;
	growth.mount = growth_find_mount(&view);
	if (growth.mapping == NULL || growth.mount == NULL)
		return reason_set(reason, STATUS_NOT_ACTIVE,
			"%s is not up and writable on this node; open it first",
			call->wanted.instance);
	snprintf(growth.device, sizeof(growth.device), "/dev/%s", growth.mapping->slave_name);
	answer_text(root, "mapping", growth.mapping->name);
	answer_text(root, "device", growth.device);
	answer_text(root, "filesystem", growth.mount->fstype);
	if (call->options[OPTION_dry_run] == NULL)
		status = growth_run(call, &growth, reason);
	if (status == STATUS_OK)
		answer_text(root, "result",
			call->options[OPTION_dry_run] == NULL
				? "ok"
				: "both would fill the device; nothing was changed");
	return status;
}
