/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict on our mapping, whatever is mounted from it. */
#include "volume/view_judge.h"

#include <string.h>

static enum state
judge_without_table(struct view *view)
{
	const char *name = view->ours->name;

	if (view->ours_mounted > 0) {
		reason_set(&view->reason, STATUS_DEVICE_LOST,
			"mapping %s is mounted and has lost its disk; stop cleans up", name);
		return STATE_FAILED;
	}
	reason_set(&view->reason, STATUS_PARTLY_UP,
		"mapping %s has no live table: its opening was cut short; stop removes it", name);
	return STATE_PARTIAL;
}

static const char *
other_mapping_name(const struct view *view)
{
	for (size_t i = 0; i < view->devices.count; i++) {
		const struct dm_device *other = &view->devices.devices[i];

		if (other != view->ours && strcmp(other->luks_uuid, view->ours->luks_uuid) == 0)
			return other->name;
	}
	return "another";
}

enum state
view_judge_mapping(const struct wanted *wanted, struct view *view)
{
	const struct dm_device *ours = view->ours;

	if (!ours->has_table)
		return judge_without_table(view);
	if (ours->slave == DM_SLAVE_DEAD) {
		reason_set(&view->reason, STATUS_DEVICE_LOST,
			"mapping %s holds a disk (%s) that was detached; stop, then start",
			ours->name, ours->slave_name[0] != '\0' ? ours->slave_name : "gone");
		return STATE_FAILED;
	}
	if (ours->slave == DM_SLAVE_UNREADABLE) {
		reason_set(&view->reason, STATUS_UNREADABLE,
			"what mapping %s stands on cannot be read from sysfs; see whether descriptors or memory ran out",
			ours->name);
		return STATE_DOUBT;
	}
	if (ours->is_suspended) {
		reason_set(&view->reason, STATUS_SUSPENDED,
			"mapping %s is suspended; who suspended it must resume it", ours->name);
		return STATE_FAILED;
	}
	if (view->ours_count > 1) {
		reason_set(&view->reason, STATUS_DOUBT,
			"our LUKS UUID is open twice, as %s and as %s; close the wrong one",
			ours->name, other_mapping_name(view));
		return STATE_FAILED;
	}
	if (wanted->map_name != NULL && strcmp(ours->name, wanted->map_name) != 0) {
		reason_set(&view->reason, STATUS_OTHER_NAME,
			"our device is open as %s, not as %s; close it or stop the resource",
			ours->name, wanted->map_name);
		return STATE_FAILED;
	}
	return STATE_ACTIVE;
}
