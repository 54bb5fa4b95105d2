/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A btrfs mount's source against the members that sysfs lists. */
#include "volume/btrfs_members.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/own.h"
#include "volume/block_node.h"
#include "volume/roots.h"
#include "volume/sysfs.h"

/* The name of the mapping with that kernel name, as its own directory tells. */
static bool
source_names_mapping(const char *source, const char *kernel_name)
{
	char path[PATH_MAX], name[MAP_NAME_BYTES];
	const char *base = strrchr(source, '/');

	snprintf(path, sizeof(path), "%s/class/block/%s/dm/name", sysfs_root, kernel_name);
	return base != NULL && small_file_read(path, name, sizeof(name)) == STATUS_OK &&
		strcmp(base + 1, name) == 0;
}

/* Whether that mounted btrfs has both as members. */
static bool
members_hold(const char *uuid, const char *device_name, const char *source_name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/fs/btrfs/%s/devices/%s", sysfs_root, uuid, device_name);
	if (access(path, F_OK) != 0)
		return false;
	snprintf(path, sizeof(path), "%s/fs/btrfs/%s/devices/%s", sysfs_root, uuid, source_name);
	return access(path, F_OK) == 0;
}

bool
btrfs_source_is_on(const char *source, dev_t device)
{
	char path[PATH_MAX], device_name[DISK_NAME_BYTES], source_name[DISK_NAME_BYTES];
	dev_t source_number;

	if (!block_name_of_number(device, device_name))
		return false;
	/* Without a node (another namespace's path, no udev) the name in the path must do. */
	if (!block_node_number(source, &source_number)) {
		if (!source_names_mapping(source, device_name))
			return false;
		source_number = device;
	}
	if (!block_name_of_number(source_number, source_name))
		return false;

	snprintf(path, sizeof(path), "%s/fs/btrfs", sysfs_root);
	owned_dir dir = opendir(path);

	if (dir == NULL)
		return false;
	for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		if (entry->d_name[0] != '.' &&
			members_hold(entry->d_name, device_name, source_name))
			return true;
	}
	return false;
}
