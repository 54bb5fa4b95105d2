/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small reads from sysfs and procfs: one short file, a block device's number by its name and its
 * name by its number. Opens no device; allocates nothing.
 */
#ifndef LUKS_SSM_VOLUME_SYSFS_H
#define LUKS_SSM_VOLUME_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/status.h"
#include "volume/dm.h"

/*
 * Reads a file of less than ROOM_BYTES into RET_TEXT, with a NUL and without the white space at its
 * end. STATUS_NOT_ACTIVE when there is no such file (or its object went away meanwhile),
 * STATUS_UNREADABLE.
 */
must_use enum status small_file_read(const char *path, char *ret_text, size_t room_bytes);

/* The whole number a small file holds, or -1. */
long small_file_number(const char *path);

/* The number of a block device by its kernel name. False when there is none of that name. */
bool block_number_of_name(const char *name, dev_t *ret_number);

/* The kernel name of a block device ("nvme1n1p1") by its number. False when the kernel has no such
 * device. */
bool block_name_of_number(dev_t number, char ret_name[static DISK_NAME_BYTES]);

/* For a partition the number of its whole disk, as the kernel name tells. False when NAME is no
 * partition. */
bool block_disk_of_partition(const char *name, dev_t *ret_number);

#endif
