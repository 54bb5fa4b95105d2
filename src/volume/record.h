/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /run/luks-ssm/INSTANCE/record: what start did on this node in this boot. A hint, never evidence
 * against the kernel. Written by start under the lock, by atomic rename; removed by a proven stop;
 * monitor and validate-all write nothing.
 */
#ifndef LUKS_SSM_VOLUME_RECORD_H
#define LUKS_SSM_VOLUME_RECORD_H

#include <limits.h>
#include <stdbool.h>

#include "base/reason.h"
#include "base/status.h"
#include "volume/wanted.h"

struct record {
	char map_name[MAP_NAME_BYTES];
	char luks_uuid[LUKS_UUID_BYTES];
	char device[PATH_MAX];
	char directory[PATH_MAX];
	long ext4_errors; /* errors_count when the mount was made; -1: not ext4, or not read */
};

/* STATUS_OK; STATUS_NOT_ACTIVE when there is none of this boot (absent, another boot id, not
 * readable as a record). */
must_use enum status record_read(const char *instance, struct record *ret_record);

/* Writes to a new file, syncs nothing (/run is memory), renames. STATUS_NO_RECORD with the reason.
 */
must_use enum status
record_write(const char *instance, const struct record *record, struct reason *reason);

/* Absent is as good as removed. A record that cannot be removed is logged and harmless: the kernel
 * wins. */
void record_remove(const char *instance);

#endif
