/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configured device by stat, udev's links and the serials in sysfs. */
#include "volume/device.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/own.h"
#include "volume/block_node.h"
#include "volume/roots.h"
#include "volume/sysfs.h"
#include "volume/wanted.h"

/* NVMe's serial has 20 bytes, virtio's too; SCSI's may have more. */
#define SERIAL_BYTES 64

static enum status
path_find(const char *path, struct device *ret_device, struct reason *reason)
{
	dev_t number;

	if (strlen(path) >= sizeof(ret_device->path))
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"device: a path of %zu bytes is too long; name the device by UUID=",
			strlen(path));
	if (!block_node_number(path, &number)) {
		if (errno == 0)
			return reason_set(reason, STATUS_NO_DEVICE,
				"%.100s is not a block device; correct device", path);
		return reason_set(reason, STATUS_NO_DEVICE,
			"%.100s: %s; check that the volume is attached", path, strerror(errno));
	}
	strcpy(ret_device->path, path);
	ret_device->number = number;
	return STATUS_OK;
}

/* udev writes what is not plain in a link's name as \xHH (blkid_encode_string(3)). */
static bool
byte_is_plain(unsigned char byte)
{
	return isalnum(byte) || byte >= 0x80 || (byte != '\0' && strchr("#+-.:=@_", byte) != NULL);
}

static bool
link_name_make(const char *value, bool lower, char *ret_name, size_t room_bytes)
{
	size_t used = 0;

	for (const unsigned char *byte = (const unsigned char *)value; *byte != '\0'; byte++) {
		if (used + 5 > room_bytes)
			return false;
		if (byte_is_plain(*byte))
			ret_name[used++] = (char)(lower ? tolower(*byte) : *byte);
		else
			used += (size_t)snprintf(ret_name + used, room_bytes - used, "\\x%02x",
				*byte);
	}
	ret_name[used] = '\0';
	return used > 0;
}

static enum status
link_find(const char *folder, const char *value, bool lower, struct device *ret_device,
	struct reason *reason)
{
	char name[NAME_MAX + 1], path[PATH_MAX];

	if (!link_name_make(value, lower, name, sizeof(name)))
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"device: what follows the = is empty or too long; correct device");
	snprintf(path, sizeof(path), "%s/disk/%s/%s", dev_root, folder, name);
	return path_find(path, ret_device, reason);
}

/* Whether a disk's serial is that volume id: EC2 leaves the dash out. */
static bool
serial_is_volume(const char *serial, const char *volume_id)
{
	return strcmp(serial, volume_id) == 0 ||
		(strncmp(serial, "vol", 3) == 0 && strcmp(serial + 3, volume_id + 4) == 0);
}

/* NVMe shows the serial on the controller, virtio on the disk. */
static bool
disk_has_serial(const char *name, const char *volume_id)
{
	static const char *const places[] = {"device/serial", "serial"};
	char path[PATH_MAX], serial[SERIAL_BYTES];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%s/block/%s/%s", sysfs_root, name, places[i]);
		if (small_file_read(path, serial, sizeof(serial)) == STATUS_OK &&
			serial_is_volume(serial, volume_id))
			return true;
	}
	return false;
}

static enum status
volume_find(const char *volume_id, struct device *ret_device, struct reason *reason)
{
	char path[PATH_MAX], found[DISK_NAME_BYTES] = "";
	dev_t number = 0;

	snprintf(path, sizeof(path), "%s/block", sysfs_root);
	owned_dir dir = opendir(path);

	if (dir == NULL)
		return reason_set(reason, STATUS_NO_DEVICE, "cannot read %s: %s; is sysfs mounted?",
			path, strerror(errno));
	for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		/* A disk without a number is a hidden path of a multipath NVMe. */
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof(found) ||
			!disk_has_serial(entry->d_name, volume_id) ||
			!block_number_of_name(entry->d_name, &number))
			continue;
		if (found[0] != '\0')
			return reason_set(reason, STATUS_NO_DEVICE,
				"%s and %s both have the serial of %s; name a path instead", found,
				entry->d_name, volume_id);
		strcpy(found, entry->d_name);
	}
	if (found[0] == '\0')
		return reason_set(reason, STATUS_NO_DEVICE,
			"no disk has the serial of %s; attach the volume, or name a path or "
			"UUID= on a Xen instance, which shows no serials",
			volume_id);
	(void)block_number_of_name(found, &number);
	snprintf(ret_device->path, sizeof(ret_device->path), "%s/%s", dev_root, found);
	ret_device->number = number;
	return STATUS_OK;
}

enum status
device_find_uuid(const char *luks_uuid, struct device *ret_device, struct reason *reason)
{
	char dashed[40];

	snprintf(dashed, sizeof(dashed), "%.8s-%.4s-%.4s-%.4s-%.12s", luks_uuid, luks_uuid + 8,
		luks_uuid + 12, luks_uuid + 16, luks_uuid + 20);
	return link_find("by-uuid", dashed, false, ret_device, reason);
}

/* LUKS UUIDs may be given in any case, with or without dashes; udev's link has both dashes and
 * small letters. */
static enum status
tag_uuid_find(const char *value, struct device *ret_device, struct reason *reason)
{
	char luks_uuid[LUKS_UUID_BYTES];

	if (luks_uuid_parse(value, luks_uuid))
		return device_find_uuid(luks_uuid, ret_device, reason);
	return link_find("by-uuid", value, false, ret_device, reason);
}

enum status
device_find(const char *text, struct device *ret_device, struct reason *reason)
{
	if (text == NULL || text[0] == '\0')
		return reason_set(reason, STATUS_NO_DEVICE, "device: not given; set it");
	if (text[0] == '/')
		return path_find(text, ret_device, reason);
	if (strncmp(text, "UUID=", 5) == 0)
		return tag_uuid_find(text + 5, ret_device, reason);
	if (strncmp(text, "PARTUUID=", 9) == 0)
		return link_find("by-partuuid", text + 9, true, ret_device, reason);
	if (strncmp(text, "LABEL=", 6) == 0)
		return link_find("by-label", text + 6, false, ret_device, reason);
	if (strncmp(text, "vol-", 4) == 0)
		return volume_find(text, ret_device, reason);
	return reason_set(reason, STATUS_BAD_PARAMETER,
		"device: write a full path, UUID=, PARTUUID=, LABEL= or vol-…; %.60s is none of them",
		text);
}
