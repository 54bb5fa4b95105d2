/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A made-up kernel: files below a temporary directory, and answers in a struct. */
#include "fake_tree.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "volume/block_node.h"
#include "volume/dm_kernel.h"
#include "volume/roots.h"
#include "volume/sysfs.h"

const char sysfs_root[] = "sys";
const char proc_root[] = "proc";
const char run_root[] = "run";
const char dev_root[] = "dev";

struct fake_kernel fake_kernel;

static void
demand(bool fact, const char *what)
{
	if (fact)
		return;
	perror(what);
	abort();
}

/* Makes the directories that lead to PATH. */
static void
parents_make(const char *path)
{
	char part[PATH_MAX];

	for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		if (slash == path)
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		demand(mkdir(part, 0700) == 0 || errno == EEXIST, part);
	}
}

void
fake_file(const char *path, const char *text)
{
	parents_make(path);
	FILE *file = fopen(path, "we");

	demand(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, path);
}

void
fake_link(const char *target, const char *path)
{
	parents_make(path);
	demand(symlink(target, path) == 0, path);
}

static void
number_write(const char *path, unsigned int major_number, unsigned int minor_number)
{
	char text[32];

	snprintf(text, sizeof(text), "%u:%u\n", major_number, minor_number);
	fake_file(path, text);
}

/* PLACE is the directory below sys/devices. */
static void
block_make(const char *place, const char *name, unsigned int major_number,
	unsigned int minor_number)
{
	char path[PATH_MAX], target[PATH_MAX];

	snprintf(path, sizeof(path), "sys/devices/%s/dev", place);
	number_write(path, major_number, minor_number);
	snprintf(path, sizeof(path), "sys/devices/%s/holders/", place);
	parents_make(path);
	snprintf(target, sizeof(target), "../../devices/%s", place);
	snprintf(path, sizeof(path), "sys/class/block/%s", name);
	fake_link(target, path);
	snprintf(path, sizeof(path), "sys/dev/block/%u:%u", major_number, minor_number);
	fake_link(target, path);
	snprintf(path, sizeof(path), "dev/%s", name);
	number_write(path, major_number, minor_number);
}

void
fake_disk(const char *name, unsigned int major_number, unsigned int minor_number)
{
	char path[PATH_MAX], target[PATH_MAX];

	block_make(name, name, major_number, minor_number);
	snprintf(path, sizeof(path), "sys/devices/%s/slaves/", name);
	parents_make(path);
	snprintf(target, sizeof(target), "../devices/%s", name);
	snprintf(path, sizeof(path), "sys/block/%s", name);
	fake_link(target, path);
}

void
fake_partition(const char *disk, const char *name, unsigned int major_number,
	unsigned int minor_number)
{
	char place[PATH_MAX], path[PATH_MAX + 64];

	snprintf(place, sizeof(place), "%s/%s", disk, name);
	block_make(place, name, major_number, minor_number);
	snprintf(path, sizeof(path), "sys/devices/%s/partition", place);
	fake_file(path, "1\n");
}

void
fake_stack(const char *upper, const char *lower, unsigned int major_number,
	unsigned int minor_number)
{
	char path[PATH_MAX], target[PATH_MAX];

	snprintf(target, sizeof(target), "../../../class/block/%s", lower);
	snprintf(path, sizeof(path), "sys/devices/%s/slaves/%s", upper, lower);
	fake_link(target, path);
	snprintf(path, sizeof(path), "sys/dev/block/%u:%u/holders/%s", major_number, minor_number,
		upper);
	fake_file(path, "");
}

void
fake_unhold(const char *upper, unsigned int major_number, unsigned int minor_number)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "sys/dev/block/%u:%u/holders/%s", major_number, minor_number,
		upper);
	demand(unlink(path) == 0, path);
}

struct dm_device *
fake_mapping(const char *name, unsigned int minor_number, const char *uuid)
{
	struct dm_device *device = &fake_kernel.devices[fake_kernel.device_count++];
	char kernel_name[DISK_NAME_BYTES], path[PATH_MAX], digits[LUKS_UUID_BYTES];

	memset(device, 0, sizeof(*device));
	snprintf(device->name, sizeof(device->name), "%s", name);
	snprintf(device->uuid, sizeof(device->uuid), "%s", uuid);
	if (strncmp(uuid, "CRYPT-LUKS", 10) == 0) {
		snprintf(digits, sizeof(digits), "%s", uuid + 12);
		demand(luks_uuid_parse(digits, device->luks_uuid), "a LUKS UUID");
	}
	device->number = makedev(254, minor_number);
	device->has_table = true;
	snprintf(kernel_name, sizeof(kernel_name), "dm-%u", minor_number);
	fake_disk(kernel_name, 254, minor_number);
	snprintf(path, sizeof(path), "sys/devices/%s/dm/name", kernel_name);
	fake_file(path, name);
	return device;
}

void
fake_mounts(const char *mountinfo)
{
	fake_file("proc/self/mountinfo", mountinfo);
}

void
fake_private(const char *init_mountinfo)
{
	demand(unlink("proc/1/ns/mnt") == 0, "proc/1/ns/mnt");
	fake_file("proc/1/ns/mnt", "");
	fake_file("proc/1/mountinfo", init_mountinfo);
}

int
fake_tree_begin(void **state)
{
	static char directory[64];
	const char *place = getenv("TMPDIR");

	(void)state;
	memset(&fake_kernel, 0, sizeof(fake_kernel));
	fake_kernel.look.mount_id = -1;
	snprintf(directory, sizeof(directory), "%.40s/luks-ssm-XXXXXX",
		place != NULL ? place : "/tmp");
	demand(mkdtemp(directory) != NULL && chdir(directory) == 0, directory);
	fake_file("sys/class/misc/device-mapper", "");
	fake_file("proc/self/ns/mnt", "");
	parents_make("proc/1/ns/mnt");
	parents_make("sys/block/");
	demand(link("proc/self/ns/mnt", "proc/1/ns/mnt") == 0, "proc/1/ns/mnt");
	fake_file("proc/sys/kernel/random/boot_id", "11111111-2222-3333-4444-555555555555\n");
	fake_mounts("21 1 0:20 / / rw,relatime - tmpfs tmpfs rw\n");
	*state = directory;
	return 0;
}

static int
entry_remove(const char *path, const struct stat *about, int kind, struct FTW *place)
{
	(void)about;
	(void)kind;
	(void)place;
	return remove(path);
}

int
fake_tree_end(void **state)
{
	if (chdir("/") != 0)
		return -1;
	return nftw(*state, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
}

enum status
dm_kernel_read(struct dm_device **ret_devices, size_t *ret_count, struct reason *reason)
{
	if (fake_kernel.dm_status != STATUS_OK)
		return reason_set(reason, fake_kernel.dm_status, "the list cannot be read");
	struct dm_device *copy = calloc(fake_kernel.device_count + 1, sizeof(*copy));

	demand(copy != NULL, "memory");
	memcpy(copy, fake_kernel.devices, fake_kernel.device_count * sizeof(*copy));
	*ret_devices = copy;
	*ret_count = fake_kernel.device_count;
	return STATUS_OK;
}

bool
block_node_number(const char *path, dev_t *ret_number)
{
	char text[32];
	unsigned int major_number, minor_number;

	if (access(path, F_OK) != 0)
		return false;
	errno = 0;
	if (small_file_read(path, text, sizeof(text)) != STATUS_OK ||
		sscanf(text, "%u:%u", &major_number, &minor_number) != 2)
		return false;
	*ret_number = makedev(major_number, minor_number);
	return true;
}

void
directory_look(const char *path, struct directory_look *ret_look)
{
	snprintf(fake_kernel.looked_at, sizeof(fake_kernel.looked_at), "%s", path);
	*ret_look = fake_kernel.look;
}
