/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device-mapper devices of this node as the kernel shows them: sysfs, and the DM_LIST_DEVICES and DM_TABLE_STATUS
 * requests of linux/dm-ioctl.h for those that have no table yet and so no directory in sysfs. Reads only; opens no
 * block device, takes no lock, loads no module. Linked into the agent, so it needs libc alone.
 */
#ifndef LUKS_SSM_VOLUME_DM_H
#define LUKS_SSM_VOLUME_DM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/reason.h"
#include "base/status.h"
#include "volume/wanted.h"

/* DM_UUID_LEN of linux/dm-ioctl.h, with its NUL. */
#define DM_UUID_BYTES 129

/* Where a mapping's one backing device stands. DEAD: a link is missing in one direction (the disk was detached). */
enum dm_slave { DM_SLAVE_NONE, DM_SLAVE_ALIVE, DM_SLAVE_DEAD };

struct dm_device {
	char name[MAP_NAME_BYTES];
	char uuid[DM_UUID_BYTES];
	char luks_uuid[LUKS_UUID_BYTES]; /* "" unless the uuid begins CRYPT-LUKS1- or CRYPT-LUKS2- */
	dev_t number;
	bool has_table;  /* a live table that is not the error target */
	bool is_suspended;
	bool is_read_only;
	enum dm_slave slave;
	dev_t slave_number; /* of the backing device; 0 with DM_SLAVE_NONE */
	char slave_name[32]; /* its kernel name ("nvme1n1"), "" with DM_SLAVE_NONE */
};

struct dm_list {
	struct dm_device *devices; /* owned */
	size_t count;
};

#define owned_dm_list owned_by(dm_list_end) struct dm_list

/*
 * All devices, read to the end. A node without device-mapper has none: STATUS_OK and an empty list.
 * STATUS_UNREADABLE when something could not be read, STATUS_NO_MEMORY.
 */
must_use enum status dm_list_read(struct dm_list *ret_list, struct reason *reason);

/* The device of that name, number or LUKS UUID; NULL when there is none. Lent by the list. */
const struct dm_device *dm_list_find_name(const struct dm_list *list, const char *name);
const struct dm_device *dm_list_find_number(const struct dm_list *list, dev_t number);
const struct dm_device *dm_list_find_luks(const struct dm_list *list, const char *luks_uuid);

void dm_list_end(struct dm_list *list);

#endif
