/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a volume comes up, from the first look to the proof. The doer's body of start, called by
 * volume.c in a child of the supervisor. Undoes nothing of the mapping and the mount itself: the
 * supervisor does, by what the phases say.
 */
#include "volume/volume.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/log.h"
#include "volume/block_node.h"
#include "volume/filesystem.h"
#include "volume/fsck.h"
#include "volume/mount_options.h"
#include "volume/mountpoint.h"
#include "volume/option_check.h"
#include "volume/roots.h"
#include "volume/up.h"

/* What is to be done next, as the first look tells. */
enum up_next { UP_NOTHING_LEFT, UP_MOUNT, UP_OPEN };

/* A mapping of an earlier start under this resource's name that is not the one asked for now: leave
 * it, and say so. */
static enum status
up_check_record(const struct up *up, const struct view *view, struct reason *reason)
{
	struct record record;

	if (record_read(up->wanted->instance, &record) != STATUS_OK || record.luks_uuid[0] == '\0')
		return STATUS_OK;

	const struct dm_device *living = dm_list_find_luks(&view->devices, record.luks_uuid);

	if (living == NULL || (view->ours != NULL && view->ours->number == living->number))
		return STATUS_OK;
	return reason_set(reason, STATUS_DOUBT,
		"an earlier start of %s opened %s, which is still there; stop the resource first",
		up->wanted->instance, living->name);
}

/* Ours is open, and nothing of it is mounted. Whatever is not as a start of today would make it is
 * left to a stop. */
static enum status
up_check_partial(const struct up *up, const struct dm_device *ours, struct reason *reason)
{
	if (strcmp(ours->name, up->wanted->map_name) != 0)
		return reason_set(reason, STATUS_OTHER_NAME,
			"the device is open as %s, not as %s; stop the resource or close it",
			ours->name, up->wanted->map_name);
	if (ours->has_table && ours->is_read_only && !up->wanted->read_only)
		return reason_set(reason, STATUS_PARTLY_UP,
			"%s is open read-only; stop the resource first", ours->name);
	return STATUS_OK;
}

static enum status
up_judge(const struct up *up, const struct view *view, enum up_next *ret_next,
	struct reason *reason)
{
	enum status status = up_check_record(up, view, reason);

	if (status != STATUS_OK)
		return status;
	switch (view->state) {
	case STATE_FLAGGED:
		log_warning("%s", view->reason.text);
		*ret_next = UP_NOTHING_LEFT;
		return STATUS_OK;
	case STATE_ACTIVE:
		*ret_next = UP_NOTHING_LEFT;
		return STATUS_OK;
	case STATE_ABSENT:
		*ret_next = UP_OPEN;
		return STATUS_OK;
	case STATE_PARTIAL:
		/* Mounted on another directory: a second mount would leave that one behind. */
		if (view->ours == NULL || view->ours_mounted > 0)
			break;
		*ret_next = view->ours->has_table ? UP_MOUNT : UP_OPEN;
		return up_check_partial(up, view->ours, reason);
	default:
		break;
	}
	if (reason != NULL && reason->text[0] == '\0')
		*reason = view->reason;
	return view->reason.status != STATUS_OK ? view->reason.status : STATUS_DOUBT;
}

/* A mapping of our name can be judged only once the device is there, so doubt is looked at again
 * when it is. */
static enum status
up_look(struct up *up, struct view *view, enum up_next *ret_next, struct reason *reason)
{
	phase_enter(up->doer, PHASE_LOOKING);
	view_take_settled(up->wanted, up->doer->deadline, view);
	if (view->state == STATE_DOUBT) {
		enum status status = up_wait(up, reason);

		if (status != STATUS_OK)
			return status;
		view_end(view);
		view_take_settled(up->wanted, up->doer->deadline, view);
	}
	return up_judge(up, view, ret_next, reason);
}

/* The mapping's node; the kernel's own where udev has made none. */
static enum status
up_find_mapping(struct up *up, struct reason *reason)
{
	owned_dm_list devices = {0};
	enum status status = dm_list_read(&devices, reason);
	const struct dm_device *mapping = status == STATUS_OK
		? dm_list_find_name(&devices, up->wanted->map_name)
		: NULL;
	dev_t number;

	if (status != STATUS_OK)
		return status;
	if (mapping == NULL)
		return reason_set(reason, STATUS_INTERNAL,
			"%s was activated and is not there; see who removed it, then start again",
			up->wanted->map_name);
	snprintf(up->kernel_name, sizeof(up->kernel_name), "dm-%u", minor(mapping->number));
	snprintf(up->source, sizeof(up->source), "%s/mapper/%s", dev_root, mapping->name);
	if (!block_node_number(up->source, &number) || number != mapping->number)
		snprintf(up->source, sizeof(up->source), "%s/%s", dev_root, up->kernel_name);
	memcpy(up->record.luks_uuid, mapping->luks_uuid, sizeof(up->record.luks_uuid));
	return STATUS_OK;
}

static enum status
up_check_filesystem(struct up *up, struct reason *reason)
{
	const struct params *params = up->wanted->params;

	phase_enter(up->doer, PHASE_CHECKING_FILESYSTEM);

	enum status status = filesystem_find(up->source, params->fstype, up->fstype, reason);

	if (status == STATUS_OK)
		status = filesystem_check_driver(up->fstype, reason);
	if (status == STATUS_OK)
		status = fsck_run(params->run_fsck, up->fstype, up->source, up->wanted->read_only,
			up->doer, reason);
	return status;
}

static enum status
up_mount(struct up *up, struct reason *reason)
{
	const struct wanted *wanted = up->wanted;
	const char *directory = wanted->params->directory;
	owned_text options = NULL;
	owned_text dropped = NULL;
	unsigned int made = 0;
	enum status status = mount_options_make(wanted->params->options, up->fstype,
		wanted->read_only, &options, &dropped);

	if (status != STATUS_OK)
		return reason_set(reason, status, "no memory for the mount options; free some");
	if (dropped[0] != '\0')
		log_warning("%s no longer knows the mount options \"%s\", which change nothing; "
			    "take them out",
			up->fstype, dropped);
	status = option_check(up->fstype, options, reason);
	if (status == STATUS_OK)
		status = mountpoint_make(directory, &made, reason);
	if (status != STATUS_OK)
		return status;
	/* Once more: a check of the filesystem may have taken minutes since the first time. */
	status = mountpoint_check_free(directory, NULL, reason);
	if (status == STATUS_OK) {
		phase_enter(up->doer, PHASE_MOUNTING);
		status = mountpoint_mount(up->source, directory, up->fstype, options,
			wanted->read_only, reason);
	}
	if (status != STATUS_OK)
		mountpoint_unmake(directory, made);
	return status;
}

/* The same look that monitor takes. */
static enum status
up_prove(const struct up *up, struct reason *reason)
{
	owned_view view = {0};

	phase_enter(up->doer, PHASE_PROVING);
	view_take_settled(up->wanted, up->doer->deadline, &view);
	if (view.state == STATE_FLAGGED)
		log_warning("%s", view.reason.text);
	if (view.state == STATE_ACTIVE || view.state == STATE_FLAGGED)
		return STATUS_OK;
	if (reason != NULL && reason->text[0] == '\0')
		*reason = view.reason;
	return view.reason.status != STATUS_OK ? view.reason.status : STATUS_PARTLY_UP;
}

/* From a mapping to a mount. */
static enum status
up_fill(struct up *up, struct reason *reason)
{
	const char *device = up->device.path[0] != '\0' ? up->device.path
							: up->wanted->params->device;
	enum status status = up_find_mapping(up, reason);

	if (status == STATUS_OK)
		status = up_check_filesystem(up, reason);
	if (status == STATUS_OK)
		status = up_mount(up, reason);
	if (status == STATUS_OK) {
		up->record.ext4_errors = filesystem_ext4_errors(up->kernel_name);
		status = up_write_record(up, device, reason);
	}
	return status == STATUS_OK ? up_prove(up, reason) : status;
}

enum status
volume_up(const struct wanted *wanted, const struct doer *doer, struct reason *reason)
{
	struct up up = {.wanted = wanted, .doer = doer};
	owned_view view = {0};
	enum up_next next = UP_NOTHING_LEFT;

	if (wanted->map_name == NULL)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"map_name: not given, and the resource's name cannot serve as one; set it");

	enum status status = up_look(&up, &view, &next, reason);

	if (status == STATUS_OK && next != UP_NOTHING_LEFT)
		status = mountpoint_check_free(wanted->params->directory, view.on_directory,
			reason);
	if (status == STATUS_OK && next == UP_OPEN)
		status = up_open(&up, &view, reason);
	if (status == STATUS_OK && next != UP_NOTHING_LEFT)
		status = up_fill(&up, reason);
	return status;
}
