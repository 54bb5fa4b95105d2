/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A deeper look at a volume that is up: does it do I/O, and would the next start succeed. The first
 * makes a failure, the second a flag.
 */
#include "volume/depth.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "volume/bounded.h"
#include "volume/depth_io.h"
#include "volume/device.h"
#include "volume/roots.h"

#define DEPTH_READ 10
#define DEPTH_WRITE 20

/* I/O that fails now, against what only bodes ill. */
static enum state
state_of_io(enum status status)
{
	if (status == STATUS_OK)
		return STATE_ACTIVE;
	/* depth_write's word for a filesystem that is full: moving it to another node would not
	 * help. */
	return status == STATUS_NO_MEMORY ? STATE_FLAGGED : STATE_FAILED;
}

static enum state
io_check(const struct view *view, bool with_write, struct deadline deadline, struct reason *reason)
{
	struct depth_place place = {0};

	snprintf(place.mapping, sizeof(place.mapping), "%s/dm-%u", dev_root,
		minor(view->ours->number));
	snprintf(place.directory, sizeof(place.directory), "%s", view->on_directory->directory);

	enum status status = bounded_run(depth_read_mapping, place.mapping, &place, sizeof(place),
		deadline, reason);

	if (status == STATUS_OK)
		status = bounded_run(depth_look_up, place.directory, &place, sizeof(place),
			deadline, reason);
	if (status == STATUS_OK && with_write)
		status = bounded_run(depth_write, place.directory, &place, sizeof(place), deadline,
			reason);
	return state_of_io(status);
}

/* Tags are found by reading disks where udev has not linked them, which is start's work and would
 * find the open disk. */
static bool
text_is_path(const char *text)
{
	return text[0] == '/' || strncmp(text, "vol-", strlen("vol-")) == 0;
}

/* Whether the next start would find the device, and find this one. */
static enum state
path_check(const struct wanted *wanted, const struct view *view, struct device *ret_device,
	struct reason *reason)
{
	const char *text = wanted->params->device;
	struct reason refusal = {0};

	if (device_find(text, ret_device, &refusal) != STATUS_OK) {
		ret_device->path[0] = '\0';
		if (!text_is_path(text))
			return STATE_ACTIVE;
		reason_set(reason, STATUS_NO_DEVICE,
			"%.100s is not there: the next start here would not find it; attach it or correct device",
			text);
		return STATE_FLAGGED;
	}
	enum dm_below below = dm_device_below(&view->devices, view->ours, ret_device->number);

	/* What cannot be read just now bodes nothing for the next start. */
	if (below == DM_BELOW || below == DM_BELOW_UNREADABLE)
		return STATE_ACTIVE;
	ret_device->path[0] = '\0';
	reason_set(reason, STATUS_NO_DEVICE,
		"%.80s is another device than the open one, and the next start would take it; correct device",
		text);
	return STATE_FLAGGED;
}

/* Where the header of the open mapping is to be read; "" when that cannot be told. */
static void
header_place(const struct wanted *wanted, const struct view *view, const struct device *device,
	char ret_path[static PATH_MAX])
{
	if (wanted->params->header != NULL)
		snprintf(ret_path, PATH_MAX, "%s", wanted->params->header);
	else if (device->path[0] != '\0')
		snprintf(ret_path, PATH_MAX, "%s", device->path);
	else if (view->ours->slave == DM_SLAVE_ALIVE && view->ours->slave_name[0] != '\0')
		snprintf(ret_path, PATH_MAX, "%s/%s", dev_root, view->ours->slave_name);
	else
		ret_path[0] = '\0';
}

static enum state
header_flag(const struct depth_header *header, struct reason *reason)
{
	if (header->copy_damaged)
		reason_set(reason, STATUS_HEADER_DAMAGED,
			"one of the two LUKS2 header copies on %.100s is damaged; the next start "
			"repairs it",
			header->path);
	else if (header->reencrypting)
		reason_set(reason, STATUS_HEADER_UNSUPPORTED,
			"%.100s is in reencryption; finish it with cryptsetup reencrypt",
			header->path);
	else
		return STATE_ACTIVE;
	return STATE_FLAGGED;
}

/* A header that cannot be read is a disk that fails; one that reads badly only stops the next
 * start. */
static enum state
header_check(const struct wanted *wanted, const struct view *view, const struct device *device,
	struct deadline deadline, struct reason *reason)
{
	struct depth_header header = {0};

	header_place(wanted, view, device, header.path);
	memcpy(header.luks_uuid, view->ours->luks_uuid, sizeof(header.luks_uuid));
	if (header.path[0] == '\0')
		return STATE_ACTIVE;

	enum status status = bounded_run(depth_judge_header, header.path, &header, sizeof(header),
		deadline, reason);

	if (status == STATUS_OK)
		return header_flag(&header, reason);
	return status == STATUS_DEVICE_IO || status == STATUS_TIMED_OUT ? STATE_FAILED
									: STATE_FLAGGED;
}

enum state
depth_check(const struct wanted *wanted, const struct view *view, unsigned int level,
	struct deadline deadline, struct reason *reason)
{
	struct device device = {0};
	struct reason flag = {0};
	bool may_write = level >= DEPTH_WRITE && !wanted->read_only;

	if (level < DEPTH_READ || (view->state != STATE_ACTIVE && view->state != STATE_FLAGGED) ||
		view->ours == NULL || view->on_directory == NULL)
		return view->state;

	enum state state = io_check(view, may_write, deadline, &flag);

	if (state == STATE_ACTIVE && wanted->params->device != NULL) {
		/* The path's flag keeps its words; the header is read all the same, for its disk
		 * may fail. */
		state = path_check(wanted, view, &device, &flag);

		struct reason finding = {0};
		enum state header_state = header_check(wanted, view, &device, deadline, &finding);

		if (header_state == STATE_FAILED ||
			(header_state != STATE_ACTIVE && state == STATE_ACTIVE)) {
			state = header_state;
			flag = finding;
		}
	}
	if (state != STATE_ACTIVE)
		*reason = flag;
	return state != STATE_ACTIVE ? state : view->state;
}
