/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status: what the volume is on this node and where its key comes from, and what else is open here.
 * Judges as monitor does; opens no device and asks no network.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/own.h"
#include "cli/command.h"
#include "cli/users.h"
#include "volume/view.h"

static void
number_tell(struct json_object *object, const char *name, dev_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%u:%u", major(number), minor(number));
	answer_text(object, name, text);
}

/* What sysfs has of the mapping; 0: not to be read. */
static int64_t
queue_number(dev_t number, const char *name)
{
	char path[96];
	int64_t value = 0;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/%s", major(number), minor(number), name);
	owned_file in = fopen(path, "re");

	return in != NULL && fscanf(in, "%" SCNd64, &value) == 1 ? value : 0;
}

/* The rest of what cryptsetup shows stands in the kernel's table, with the volume key of LUKS1. */
static void
mapping_tell(const struct dm_device *device, struct json_object *object)
{
	answer_text(object, "name", device->name);
	number_tell(object, "number", device->number);
	answer_text(object, "luks", strncmp(device->uuid, "CRYPT-LUKS1", 11) == 0 ? "1" : "2");
	answer_text(object, "luks_uuid", device->luks_uuid);
	answer_text(object, "device", device->slave == DM_SLAVE_DEAD ? "gone" : device->slave_name);
	answer_text(object, "mode", device->is_read_only ? "read-only" : "read-write");
	answer_number(object, "size_bytes", queue_number(device->number, "size") * 512);
	answer_flag(object, "discards",
		queue_number(device->number, "queue/discard_max_bytes") > 0);
	answer_flag(object, "suspended", device->is_suspended);
	answer_number(object, "opened", device->open_count);
}

static void
mounts_tell(const struct mount_list *list, struct json_object *rows)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct mount *mount = &list->mounts[i];

		if (!mount->is_ours)
			continue;
		struct json_object *row = answer_row(rows);

		answer_text(row, "directory", mount->directory);
		answer_text(row, "fstype", mount->fstype);
		answer_text(row, "source", mount->source);
		answer_text(row, "options", mount->options);
	}
}

static void
key_tell(const struct params *params, struct json_object *object)
{
	answer_text(object, "parameter", params->ssm_parameter);
	answer_text(object, "region", params->region != NULL ? params->region : "as found");
	answer_text(object, "credentials",
		params->profile != NULL                    ? params->profile
			: params->environment_file != NULL ? params->environment_file
							   : "as found");
}

/* The topmost directory on which a device is mounted, here or as init sees it. */
static const char *
device_directory(const struct view *view, dev_t number)
{
	for (size_t i = view->mounts.count; i-- > 0;) {
		if (view->mounts.mounts[i].number == number)
			return view->mounts.mounts[i].directory;
	}
	return NULL;
}

static void
others_tell(const struct view *view, struct json_object *root)
{
	struct json_object *rows = answer_list(root, "other_volumes");

	for (size_t i = 0; i < view->devices.count; i++) {
		const struct dm_device *device = &view->devices.devices[i];

		if (device->luks_uuid[0] == '\0' || device == view->ours)
			continue;
		struct json_object *row = answer_row(rows);

		answer_text(row, "name", device->name);
		answer_text(row, "luks_uuid", device->luks_uuid);
		answer_text(row, "device",
			device->slave == DM_SLAVE_DEAD ? "gone" : device->slave_name);
		answer_text(row, "directory", device_directory(view, device->number));
	}
}

static enum status
state_judge(const struct view *view, const struct command_call *call, struct reason *reason)
{
	if (view->state == STATE_ACTIVE || view->state == STATE_FLAGGED)
		return STATUS_OK;
	if (view_is_gone(view))
		return reason_set(reason, STATUS_NOT_ACTIVE, "%s is not up on this node",
			call->wanted.instance);
	reason_pass(&view->reason, reason);
	return reason_set(reason, STATUS_PARTLY_UP, "the state is %s", state_word(view->state));
}

enum status
cmd_status(struct command_call *call, struct reason *reason)
{
	owned_view view = {0};
	struct json_object *root = answer_root(&call->answer);
	bool is_named = call->wanted.instance[0] != '\0';

	view_take_settled(&call->wanted, call->deadline, &view);
	if (is_named) {
		view_prove_gone(&call->wanted, deadline_in_ms(0), call->deadline, &view);
		answer_text(root, "volume", call->wanted.instance);
		answer_state(root, view.state);
		answer_text(root, "note", view.reason.text);
		if (view.ours != NULL)
			mapping_tell(view.ours, answer_object(root, "mapping"));
		mounts_tell(&view.mounts, answer_list(root, "mounts"));
		key_tell(&call->params, answer_object(root, "key"));
	}
	others_tell(&view, root);
	return is_named ? state_judge(&view, call, reason) : STATUS_OK;
}
