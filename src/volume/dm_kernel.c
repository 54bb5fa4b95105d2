/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DM_LIST_DEVICES, then DM_DEV_STATUS for each, and DM_TABLE_DEPS for LUKS mappings. */
#include "volume/dm_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/dm-ioctl.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "volume/roots.h"

/* Room for a few hundred names; doubled while the kernel says that it was too little. */
#define LIST_ROOM_BYTES ((size_t)16 * 1024)
#define LIST_ROOM_MOST_BYTES ((size_t)16 * 1024 * 1024)

/* One device's answer, with room for what DM_TABLE_DEPS appends; cut off it still tells the count.
 */
union dm_answer {
	struct dm_ioctl head;
	char bytes[sizeof(struct dm_ioctl) + 256];
};

/* The interface is the same since version 4.0; the kernel refuses a caller that is newer than
 * itself. */
static void
request_prepare(struct dm_ioctl *request, size_t room_bytes)
{
	memset(request, 0, sizeof(*request));
	request->version[0] = DM_VERSION_MAJOR;
	request->data_size = (uint32_t)room_bytes;
	request->data_start = sizeof(*request);
}

/* How the kernel writes a device number into a request (huge_encode_dev), and back. */
static uint64_t
number_encode(dev_t number)
{
	uint64_t low = minor(number) & 0xffU;
	uint64_t high = minor(number) & ~0xffU;

	return low | ((uint64_t)major(number) << 8) | (high << 12);
}

static dev_t
number_decode(uint64_t code)
{
	return makedev((unsigned int)((code >> 8) & 0xfff),
		(unsigned int)((code & 0xff) | ((code >> 12) & 0xfff00)));
}

/*
 * Opening the control node would load the module where it is not loaded, so sysfs is asked first.
 * RET_FD is -1 when there is no device-mapper.
 */
static enum status
control_open(int *ret_fd, struct reason *reason)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/class/misc/device-mapper", sysfs_root);
	if (access(path, F_OK) != 0) {
		if (errno != ENOENT)
			return reason_set(reason, STATUS_UNREADABLE,
				"cannot look for %s: %s; run as root", path, strerror(errno));
		snprintf(path, sizeof(path), "%s/class", sysfs_root);
		if (access(path, F_OK) != 0)
			return reason_set(reason, STATUS_UNREADABLE,
				"sysfs is not mounted on %s; mount it", sysfs_root);
		*ret_fd = -1;
		return STATUS_OK;
	}
	snprintf(path, sizeof(path), "%s/mapper/control", dev_root);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return reason_set(reason, STATUS_UNREADABLE, "cannot open %s: %s; %s", path,
			strerror(errno), errno == EACCES ? "run as root" : "is udev at work?");
	*ret_fd = fd;
	return STATUS_OK;
}

/* RET_LIST is owned by the caller (free). */
static enum status
names_read(int control_fd, struct dm_ioctl **ret_list, struct reason *reason)
{
	for (size_t room = LIST_ROOM_BYTES; room <= LIST_ROOM_MOST_BYTES; room *= 2) {
		/* Zeroed: of an empty list the kernel copies out the head alone. */
		owned_text bytes = calloc(1, room);
		struct dm_ioctl *list = (struct dm_ioctl *)(void *)bytes;

		if (list == NULL)
			return reason_set(reason, STATUS_NO_MEMORY,
				"no memory for the list of mappings; free some");
		request_prepare(list, room);
		if (ioctl(control_fd, DM_LIST_DEVICES, list) != 0)
			return reason_set(reason, STATUS_UNREADABLE,
				"cannot list the mappings: %s; %s", strerror(errno),
				errno == EACCES ? "run as root" : "see dmsetup ls");
		if ((list->flags & DM_BUFFER_FULL_FLAG) != 0)
			continue;
		*ret_list = list;
		bytes = NULL;
		return STATUS_OK;
	}
	return reason_set(reason, STATUS_UNREADABLE,
		"the kernel's list of mappings does not end; see dmsetup ls");
}

/* Whether the live table needs a device: the error target, which stands in for a lost disk, needs
 * none. */
static bool
table_needs_device(int control_fd, dev_t number)
{
	union dm_answer answer;

	request_prepare(&answer.head, sizeof(answer));
	answer.head.dev = number_encode(number);
	if (ioctl(control_fd, DM_TABLE_DEPS, &answer) != 0)
		return false;
	/* So many devices that they did not fit. */
	if ((answer.head.flags & DM_BUFFER_FULL_FLAG) != 0)
		return true;
	const struct dm_target_deps *deps = (const void *)(answer.bytes + answer.head.data_start);

	return deps->count > 0;
}

/* Takes the UUID out of CRYPT-LUKS1-UUID-NAME and CRYPT-LUKS2-UUID-NAME (libcryptsetup's way of
 * naming). */
static void
luks_uuid_take(const char *uuid, char ret_luks_uuid[static LUKS_UUID_BYTES])
{
	char digits[LUKS_UUID_BYTES];

	ret_luks_uuid[0] = '\0';
	if (strncmp(uuid, "CRYPT-LUKS1-", 12) != 0 && strncmp(uuid, "CRYPT-LUKS2-", 12) != 0)
		return;
	snprintf(digits, sizeof(digits), "%s", uuid + 12);
	char after = strlen(uuid) >= 12 + LUKS_UUID_BYTES - 1 ? uuid[12 + LUKS_UUID_BYTES - 1]
							      : 'x';

	if (after == '-' || after == '\0')
		luks_uuid_parse(digits, ret_luks_uuid);
}

/* RET_GONE: it was removed since the list was made. */
static enum status
device_read(int control_fd, dev_t number, struct dm_device *ret_device, bool *ret_gone,
	struct reason *reason)
{
	union dm_answer answer;

	request_prepare(&answer.head, sizeof(answer));
	answer.head.dev = number_encode(number);
	*ret_gone = false;
	if (ioctl(control_fd, DM_DEV_STATUS, &answer) != 0) {
		*ret_gone = errno == ENXIO;
		return *ret_gone
			? STATUS_OK
			: reason_set(reason, STATUS_UNREADABLE,
				  "cannot read the state of mapping %u:%u: %s; see dmsetup info",
				  major(number), minor(number), strerror(errno));
	}
	memset(ret_device, 0, sizeof(*ret_device));
	snprintf(ret_device->name, sizeof(ret_device->name), "%s", answer.head.name);
	snprintf(ret_device->uuid, sizeof(ret_device->uuid), "%s", answer.head.uuid);
	luks_uuid_take(ret_device->uuid, ret_device->luks_uuid);
	ret_device->number = number;
	ret_device->has_table = (answer.head.flags & DM_ACTIVE_PRESENT_FLAG) != 0 &&
		answer.head.target_count > 0;
	ret_device->has_inactive_table = (answer.head.flags & DM_INACTIVE_PRESENT_FLAG) != 0;
	ret_device->is_suspended = (answer.head.flags & DM_SUSPEND_FLAG) != 0;
	ret_device->is_read_only = (answer.head.flags & DM_READONLY_FLAG) != 0;
	ret_device->open_count = answer.head.open_count > 0 ? (unsigned int)answer.head.open_count
							    : 0;
	if (ret_device->has_table && ret_device->luks_uuid[0] != '\0')
		ret_device->has_table = table_needs_device(control_fd, number);
	return STATUS_OK;
}

static const struct dm_name_list *
name_next(const struct dm_name_list *entry)
{
	return entry->next == 0 ? NULL : (const void *)((const char *)entry + entry->next);
}

static size_t
names_count(const struct dm_name_list *first)
{
	size_t count = 0;

	for (const struct dm_name_list *entry = first; entry != NULL; entry = name_next(entry))
		count++;
	return count;
}

enum status
dm_kernel_read(struct dm_device **ret_devices, size_t *ret_count, struct reason *reason)
{
	owned_fd control_fd = -1;
	owned_text bytes = NULL;
	struct dm_ioctl *list = NULL;
	enum status status = control_open(&control_fd, reason);

	if (status == STATUS_OK && control_fd >= 0)
		status = names_read(control_fd, &list, reason);
	if (status != STATUS_OK)
		return status;
	bytes = (char *)list;

	const struct dm_name_list *first = list != NULL ? (const void *)(bytes + list->data_start)
							: NULL;

	/* An empty list is one entry with the number 0. */
	if (first == NULL || first->dev == 0) {
		*ret_devices = NULL;
		*ret_count = 0;
		return STATUS_OK;
	}
	struct dm_device *devices = calloc(names_count(first), sizeof(*devices));
	size_t count = 0;

	if (devices == NULL)
		return reason_set(reason, STATUS_NO_MEMORY,
			"no memory for the list of mappings; free some");
	for (const struct dm_name_list *entry = first; entry != NULL; entry = name_next(entry)) {
		bool gone;

		status = device_read(control_fd, number_decode(entry->dev), &devices[count], &gone,
			reason);
		if (status != STATUS_OK) {
			free(devices);
			return status;
		}
		count += gone ? 0 : 1;
	}
	*ret_devices = devices;
	*ret_count = count;
	return STATUS_OK;
}
