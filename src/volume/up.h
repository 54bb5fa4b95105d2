/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two halves of start's doer share: volume_up.c, which looks, judges and mounts, and
 * up_open.c, which makes the mapping. For these two alone; whatever fails is left to volume.c to
 * undo.
 */
#ifndef LUKS_SSM_VOLUME_UP_H
#define LUKS_SSM_VOLUME_UP_H

#include <limits.h>

#include "base/reason.h"
#include "base/status.h"
#include "volume/device_wait.h"
#include "volume/filesystem.h"
#include "volume/phase.h"
#include "volume/record.h"
#include "volume/view.h"
#include "volume/wanted.h"

struct up {
	const struct wanted *wanted;
	const struct doer *doer;
	struct found_device device;
	struct record record;
	char fstype[FSTYPE_BYTES];
	char source[PATH_MAX]; /* the mapping's node */
	char kernel_name[16];  /* "dm-3" */
};

/* The configured device and its header are there: up->device. Every status of device_wait(). */
must_use enum status up_wait(struct up *up, struct reason *reason);

/* Notes up->record with DEVICE as where the volume lies; STATUS_NO_RECORD. */
must_use enum status up_write_record(struct up *up, const char *device, struct reason *reason);

/*
 * From nothing, or from a mapping of ours without a table (VIEW), to a mapping named map_name. What
 * the header can be refused for is found before a key is fetched, and the record is written before
 * anything is opened. Every status that a start can have but those of a mount.
 */
must_use enum status up_open(struct up *up, const struct view *view, struct reason *reason);

#endif
