/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the configured device by stat, links and sysfs only: no block device is opened, so a hung
 * or dying disk cannot hold the caller. Linked into the agent. What it does not find may still be
 * there for start, which also reads disks (disk_probe.h).
 */
#ifndef LUKS_SSM_VOLUME_DEVICE_H
#define LUKS_SSM_VOLUME_DEVICE_H

#include <limits.h>
#include <sys/types.h>

#include "base/reason.h"
#include "base/status.h"

struct device {
	char path[PATH_MAX]; /* a node that can be opened: as configured, udev's link, or /dev/NAME
			      */
	dev_t number;
};

/*
 * TEXT is the parameter `device`: a path, UUID=, PARTUUID=, LABEL= (udev's links below /dev/disk),
 * or vol-… (the serial of an NVMe or virtio disk in sysfs, with or without the dash).
 * STATUS_NO_DEVICE when it is not there or is no block device, or when two disks show that serial;
 * STATUS_BAD_PARAMETER.
 */
must_use enum status
device_find(const char *text, struct device *ret_device, struct reason *reason);

/* The device that udev's link shows with that LUKS UUID, stripped as in dm/uuid. STATUS_NO_DEVICE
 * when there is none. */
must_use enum status
device_find_uuid(const char *luks_uuid, struct device *ret_device, struct reason *reason);

#endif
