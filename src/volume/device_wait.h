/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waits for one device, and for nothing else on the bus: short polling of its path, of sysfs and,
 * for a tag that udev has not linked (UUID=, LABEL=, PARTUUID=), probes of disks in a child. Start
 * and validate-all from level 10 only.
 */
#ifndef LUKS_SSM_VOLUME_DEVICE_WAIT_H
#define LUKS_SSM_VOLUME_DEVICE_WAIT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/reason.h"
#include "base/status.h"
#include "volume/wanted.h"

struct found_device {
	char path[PATH_MAX];        /* can be opened now; as configured where that is a path */
	char header_path[PATH_MAX]; /* "" when the header is the device's own */
	dev_t number;               /* of the device */
	bool is_read_only;          /* the kernel says so */
};

/* How long start waits, in ms: device_wait, else x-systemd.device-timeout among the options, else
 * the default. */
int64_t device_wait_ms(const struct params *params);

/*
 * STATUS_OK once the device, and the detached header where one is configured, are there and show a
 * size. WAIT_MS is how long they may take to appear (0: look once); DEADLINE bounds everything.
 * STATUS_NO_DEVICE, STATUS_NO_HEADER when they have not, STATUS_BAD_PARAMETER,
 * STATUS_MISSING_PARAMETER, STATUS_TIMED_OUT when the storage of the header hangs.
 */
must_use enum status device_wait(const struct wanted *wanted, int64_t wait_ms,
	struct deadline deadline, struct found_device *ret_device, struct reason *reason);

#endif
