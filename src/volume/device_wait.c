/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waits for the configured device by looking for it again and again: a stat each tenth of a second
 * costs nothing, and needs neither udev's queue nor its events. Disks are read for a tag only once
 * a second.
 */
#include "volume/device_wait.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "volume/bounded.h"
#include "volume/device.h"
#include "volume/disk_probe.h"
#include "volume/mount_options.h"
#include "volume/roots.h"
#include "volume/sysfs.h"

#define LOOK_EVERY_MS 100
#define PROBE_EVERY_MS 1000

int64_t
device_wait_ms(const struct params *params)
{
	int64_t option_ms = mount_options_device_timeout_ms(params->options);

	if (params->given[PARAM_device_wait])
		return (int64_t)params->device_wait * 1000;
	if (option_ms >= 0)
		return option_ms;
	return (int64_t)params->device_wait * 1000;
}

/* Whether the text names something that a disk carries. */
static bool
text_is_tag(const char *text)
{
	return strncmp(text, "UUID=", strlen("UUID=")) == 0 ||
		strncmp(text, "LABEL=", strlen("LABEL=")) == 0 ||
		strncmp(text, "PARTUUID=", strlen("PARTUUID=")) == 0;
}

/* A number of the device's in sysfs ("size", "ro"); -1 when it is not there. */
static long
device_number(dev_t number, const char *what)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/dev/block/%u:%u/%s", sysfs_root, major(number),
		minor(number), what);
	return small_file_number(path);
}

/* What the device is called as a person wrote it; for a tag found by reading, the disk's own name.
 */
static enum status
device_look(const char *text, bool may_probe, struct deadline deadline, struct device *ret_device,
	struct reason *reason)
{
	char path[PATH_MAX];
	enum status status = device_find(text, ret_device, reason);

	if (status != STATUS_NO_DEVICE || !text_is_tag(text) || !may_probe)
		return status;
	reason_clear(reason);
	status = disk_probe(text, deadline, path, reason);
	return status == STATUS_OK ? device_find(path, ret_device, reason) : status;
}

/* In a child: the header may lie as a file on storage that hangs, and validate-all has nobody who
 * would end it. */
static enum status
header_look(void *context, struct reason *reason)
{
	const char *const *path = context;
	struct stat about;

	if (stat(*path, &about) == 0)
		return STATUS_OK;
	return reason_set(reason, STATUS_NO_HEADER,
		"the detached header %.100s is not there; attach what it lies on, or correct header",
		*path);
}

/* One look for device and header. A disk that is being attached shows no size at first. */
static enum status
both_look(const struct wanted *wanted, bool may_probe, struct deadline deadline,
	struct found_device *found, struct reason *reason)
{
	const struct params *params = wanted->params;
	const char *header_path = params->header;
	struct device device = {0};
	enum status status = device_look(params->device, may_probe, deadline, &device, reason);

	if (status != STATUS_OK)
		return status;
	if (device_number(device.number, "size") <= 0)
		return reason_set(reason, STATUS_NO_DEVICE,
			"%.100s is there and has no size yet; see whether it is attached to its end",
			params->device);
	if (params->header != NULL)
		status = bounded_run(header_look, params->header, &header_path, sizeof(header_path),
			deadline, reason);
	if (status != STATUS_OK)
		return status;
	memcpy(found->path, device.path, sizeof(found->path));
	snprintf(found->header_path, sizeof(found->header_path), "%s",
		params->header != NULL ? params->header : "");
	found->number = device.number;
	found->is_read_only = device_number(device.number, "ro") == 1;
	return STATUS_OK;
}

enum status
device_wait(const struct wanted *wanted, int64_t wait_ms, struct deadline deadline,
	struct found_device *ret_device, struct reason *reason)
{
	struct deadline patience = deadline_sooner(deadline, deadline_in_ms(wait_ms));
	int64_t next_probe_ms = clock_now_ms();
	struct reason last = {0};
	enum status status;

	if (wanted->params->device == NULL)
		return reason_set(reason, STATUS_MISSING_PARAMETER, "device: not given; set it");
	do {
		bool may_probe = clock_now_ms() >= next_probe_ms;

		if (may_probe)
			next_probe_ms = clock_now_ms() + PROBE_EVERY_MS;
		reason_clear(&last);
		status = both_look(wanted, may_probe, deadline, ret_device, &last);
		if (status != STATUS_NO_DEVICE && status != STATUS_NO_HEADER)
			break;
	} while (deadline_pause_ms(patience, LOOK_EVERY_MS));
	if (status != STATUS_OK && reason != NULL && reason->text[0] == '\0')
		*reason = last;
	return status;
}
