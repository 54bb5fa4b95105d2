/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of mappings: what the requests tell, completed by what sysfs tells of the disks below.
 */
#include "volume/dm.h"

#include <stdlib.h>
#include <string.h>

#include "volume/dm_kernel.h"
#include "volume/dm_slaves.h"

enum status
dm_list_read(struct dm_list *ret_list, struct reason *reason)
{
	struct dm_list list = {0};
	enum status status = dm_kernel_read(&list.devices, &list.count, reason);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < list.count; i++) {
		if (list.devices[i].luks_uuid[0] != '\0')
			dm_slaves_look(&list.devices[i]);
	}
	*ret_list = list;
	return STATUS_OK;
}

const struct dm_device *
dm_list_find_name(const struct dm_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->devices[i].name, name) == 0)
			return &list->devices[i];
	}
	return NULL;
}

const struct dm_device *
dm_list_find_number(const struct dm_list *list, dev_t number)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->devices[i].number == number)
			return &list->devices[i];
	}
	return NULL;
}

const struct dm_device *
dm_list_find_luks(const struct dm_list *list, const char *luks_uuid)
{
	for (size_t i = 0; i < list->count; i++) {
		if (luks_uuid[0] != '\0' && strcmp(list->devices[i].luks_uuid, luks_uuid) == 0)
			return &list->devices[i];
	}
	return NULL;
}

void
dm_devices_end(struct dm_list *list)
{
	free(list->devices);
	list->devices = NULL;
	list->count = 0;
}
