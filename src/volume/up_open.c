/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Start's way from a configured device to a mapping: wait, judge the header, note what is about to
 * be made, fetch the key, activate. For volume_up.c alone.
 */
#include "volume/up.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "volume/close.h"
#include "volume/header.h"
#include "volume/kernel_module.h"
#include "volume/luks.h"
#include "volume/spawn.h"
#include "volume/udev_watch.h"
#include "volume/unlock.h"

/* How long an activation may wait for udev, whose work takes milliseconds where it works. */
#define UDEV_PATIENCE_MS 10000

enum status
up_wait(struct up *up, struct reason *reason)
{
	phase_enter(up->doer, PHASE_WAITING_FOR_DEVICE);
	return device_wait(up->wanted, device_wait_ms(up->wanted->params), up->doer->deadline,
		&up->device, reason);
}

/* UUIDs as people write them. */
static void
uuid_print(const char *stripped, char ret_text[static 40])
{
	snprintf(ret_text, 40, "%.8s-%.4s-%.4s-%.4s-%.12s", stripped, stripped + 8, stripped + 12,
		stripped + 16, stripped + 20);
}

static void
up_tell(const struct up *up, const struct luks_report *report)
{
	char uuid[40];

	uuid_print(report->uuid, uuid);
	log_notice("%s is LUKS%u with UUID %s%s", up->device.path, report->version, uuid,
		up->wanted->pin[0] == '\0' ? "; set luks_uuid to it" : "");
	if (report->copy_damaged)
		log_warning(
			"one of the two LUKS2 header copies of %s was damaged and is repaired now",
			up->device.path);
	if (report->reencrypting)
		log_warning("%s is in reencryption: libcryptsetup recovers it; "
			    "finish it with cryptsetup reencrypt",
			up->device.path);
}

/* Everything the header can be refused for, on a private copy and before a key exists. */
static enum status
up_check_header(struct up *up, const struct view *view, struct reason *reason)
{
	const char *path = up->device.header_path[0] != '\0' ? up->device.header_path
							     : up->device.path;
	owned_header header = HEADER_EMPTY;
	struct luks_report report;

	phase_enter(up->doer, PHASE_READING_HEADER);
	if (up->device.is_read_only && !up->wanted->read_only)
		return reason_set(reason, STATUS_DEVICE_READ_ONLY,
			"%s is read-only; set read_only=yes or make it writable", up->device.path);
	if (!kernel_module_is_there("dm-crypt"))
		return reason_set(reason, STATUS_MISSING_SOFTWARE,
			"this kernel has no dm-crypt; install its module");

	enum status status = header_copy(path, &header, reason);

	if (status == STATUS_OK)
		status = luks_judge(&header, up->wanted->pin, &report, reason);
	if (status != STATUS_OK)
		return status;

	const struct dm_device *open = dm_list_find_luks(&view->devices, report.uuid);

	if (open != NULL && (view->ours == NULL || open->number != view->ours->number))
		return reason_set(reason, STATUS_OTHER_NAME,
			"a device with this LUKS UUID is already open as %s; close it", open->name);
	up_tell(up, &report);
	memcpy(up->record.luks_uuid, report.uuid, sizeof(up->record.luks_uuid));
	return STATUS_OK;
}

enum status
up_write_record(struct up *up, const char *device, struct reason *reason)
{
	snprintf(up->record.map_name, sizeof(up->record.map_name), "%s", up->wanted->map_name);
	snprintf(up->record.device, sizeof(up->record.device), "%s", device);
	snprintf(up->record.directory, sizeof(up->record.directory), "%s",
		up->wanted->params->directory);
	return record_write(up->wanted->instance, &up->record, reason);
}

struct up_activation {
	struct luks *luks;
	const struct up *up;
};

static enum status
up_activate(void *context, const struct secret *key, struct reason *reason)
{
	struct up_activation *activation = context;
	const struct wanted *wanted = activation->up->wanted;

	return luks_activate(activation->luks, wanted->map_name, key, wanted->params,
		wanted->read_only, activation->up->doer->deadline, reason);
}

/* The watcher is forked before there is a key, so that it has none. */
static enum status
up_unlock(const struct up *up, struct luks *luks, struct reason *reason)
{
	struct up_activation activation = {.luks = luks, .up = up};
	int64_t quarter_ms = deadline_left_ms(up->doer->deadline) / 4;
	struct udev_watch watch = {
		.patience_ms = quarter_ms < UDEV_PATIENCE_MS ? quarter_ms : UDEV_PATIENCE_MS};
	owned_child watcher = SPAWN_NO_CHILD;
	enum status status = udev_watch_begin(&watch, &watcher, reason);

	return status == STATUS_OK
		? unlock_with_key(up->wanted->params, up->doer, up_activate, &activation, reason)
		: status;
}

enum status
up_open(struct up *up, const struct view *view, struct reason *reason)
{
	const char *header_path = up->device.header_path;
	owned_luks luks = LUKS_EMPTY;
	enum status status = up->device.path[0] != '\0' ? STATUS_OK : up_wait(up, reason);

	if (status == STATUS_OK)
		status = up_check_header(up, view, reason);
	/* What a killed start left between two requests of the kernel; the view found it ours. */
	if (status == STATUS_OK && view->ours != NULL)
		status = close_mapping(view->ours, up->doer->deadline, reason);
	up->record.ext4_errors = -1;
	if (status == STATUS_OK)
		status = up_write_record(up, up->device.path, reason);
	if (status == STATUS_OK)
		status = luks_open(up->device.path, header_path[0] != '\0' ? header_path : NULL,
			up->record.luks_uuid, &luks, reason);
	if (status == STATUS_OK)
		status = up_unlock(up, &luks, reason);
	if (status == STATUS_OK)
		phase_enter(up->doer, PHASE_MAPPING);
	return status;
}
