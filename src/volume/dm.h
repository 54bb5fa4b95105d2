/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device-mapper devices of this node as the kernel shows them: the DM_LIST_DEVICES,
 * DM_DEV_STATUS and DM_TABLE_DEPS requests of linux/dm-ioctl.h (a device without a table has no
 * directory in sysfs since Linux 5.15), and sysfs. Reads only; opens no block device, takes no
 * lock, loads no module. Linked into the agent, so it needs libc alone.
 */
#ifndef LUKS_SSM_VOLUME_DM_H
#define LUKS_SSM_VOLUME_DM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/own.h"
#include "base/reason.h"
#include "base/status.h"
#include "volume/wanted.h"

/* A disk's kernel name ("nvme1n1"), with its NUL: DISK_NAME_LEN of the kernel. */
#define DISK_NAME_BYTES 32

/* DM_UUID_LEN of linux/dm-ioctl.h, with its NUL. */
#define DM_UUID_BYTES 129

/*
 * How a LUKS mapping stands on its backing device, which sysfs shows by two links: slaves/X below
 * the mapping and holders/dm-N below X. DEAD: one is missing, here or between devices further down,
 * so a disk was detached (a re-attached one gets the old number, but not the links). NONE: no live
 * table, or one that needs no device, such as error. UNREADABLE: sysfs has links and does not show
 * them.
 */
enum dm_slave { DM_SLAVE_NONE, DM_SLAVE_ALIVE, DM_SLAVE_DEAD, DM_SLAVE_UNREADABLE };

struct dm_device {
	char name[MAP_NAME_BYTES];
	char uuid[DM_UUID_BYTES];
	char luks_uuid[LUKS_UUID_BYTES]; /* "" unless the uuid begins CRYPT-LUKS1- or CRYPT-LUKS2-
					  */
	dev_t number;
	bool has_table; /* a live table; of a LUKS mapping: one that stands on a device, so not the
			   error target */
	bool has_inactive_table; /* loaded and waiting for a resume */
	bool is_suspended;
	bool is_read_only;
	unsigned int open_count;          /* who has it open, mounts included */
	enum dm_slave slave;              /* looked up for LUKS mappings only; else DM_SLAVE_NONE */
	dev_t slave_number;               /* of the first backing device; 0 with DM_SLAVE_NONE */
	char slave_name[DISK_NAME_BYTES]; /* its kernel name ("nvme1n1"); "" when sysfs does not
					     tell any more */
};

struct dm_list {
	struct dm_device *devices; /* owned */
	size_t count;
};

#define owned_dm_list owned_by(dm_devices_end) struct dm_list

/*
 * All devices, read to the end. A node without device-mapper has none: STATUS_OK and an empty list.
 * STATUS_UNREADABLE when something could not be read, STATUS_NO_MEMORY.
 */
must_use enum status dm_list_read(struct dm_list *ret_list, struct reason *reason);

/* The device of that name, number or LUKS UUID; NULL when there is none. Lent by the list. */
const struct dm_device *dm_list_find_name(const struct dm_list *list, const char *name);
const struct dm_device *dm_list_find_number(const struct dm_list *list, dev_t number);
const struct dm_device *dm_list_find_luks(const struct dm_list *list, const char *luks_uuid);

/* How a device lies below a mapping: not at all, as the disk of a partition the mapping stands on,
 * or in the stack; UNREADABLE when sysfs could not be read to its end. */
enum dm_below { DM_BELOW_NOT, DM_BELOW_AS_DISK, DM_BELOW, DM_BELOW_UNREADABLE };

/*
 * How the device NUMBER lies below MAPPING, by live links alone. A mapping above another LUKS
 * mapping stands on that one and on nothing below it.
 */
enum dm_below
dm_device_below(const struct dm_list *list, const struct dm_device *mapping, dev_t number);

/* Not dm_list_end: libdevmapper has a function of that name, and a program's own would be called by
 * the library. */
void dm_devices_end(struct dm_list *list);

#endif
