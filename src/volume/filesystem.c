/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filesystem's type by its signature, and its driver. A passphrase that is right for another
 * volume cannot get here; a filesystem of another kind than asked for is not mounted.
 */
#include "volume/filesystem.h"

#include <blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/own.h"
#include "volume/kernel_module.h"
#include "volume/roots.h"
#include "volume/sysfs.h"

static void
probe_end(blkid_probe *probe)
{
	if (*probe != NULL)
		blkid_free_probe(*probe);
}

/* Words the result of blkid_do_safeprobe: 0 found one, 1 nothing, -2 more than one, -1 an error. */
static enum status
probe_judge(int result, const char *path, struct reason *reason)
{
	if (result == 0)
		return STATUS_OK;
	if (result == 1)
		return reason_set(reason, STATUS_BAD_FILESYSTEM,
			"%s holds no filesystem; make one or restore it", path);
	if (result == -2)
		return reason_set(reason, STATUS_BAD_FILESYSTEM,
			"%s carries signatures of several filesystems; see wipefs --no-act", path);
	return reason_set(reason, STATUS_DEVICE_IO, "%s cannot be read: %s; check the disk", path,
		strerror(errno));
}

static enum status
fstype_check(const char *path, const char *fstype, const char *found, struct reason *reason)
{
	if (strlen(found) >= FSTYPE_BYTES)
		return reason_set(reason, STATUS_BAD_FILESYSTEM,
			"%s holds %s, which is not for mounting; is this the right device?", path,
			found);
	if (fstype != NULL && strcmp(fstype, "auto") != 0 && strcmp(fstype, found) != 0)
		return reason_set(reason, STATUS_BAD_FILESYSTEM,
			"%s holds %s, fstype asks for %s; correct fstype", path, found, fstype);
	return STATUS_OK;
}

enum status
filesystem_find(const char *path, const char *fstype, char ret_fstype[static FSTYPE_BYTES],
	struct reason *reason)
{
	owned_fd device_fd = open(path, O_RDONLY | O_CLOEXEC);
	owned_by(probe_end) blkid_probe probe = blkid_new_probe();
	const char *found = NULL;
	const char *usage = NULL;

	if (device_fd < 0)
		return reason_set(reason, STATUS_DEVICE_IO, "opening %s: %s; check the disk", path,
			strerror(errno));
	if (probe == NULL || blkid_probe_set_device(probe, device_fd, 0, 0) != 0)
		return reason_set(reason, STATUS_DEVICE_IO, "%s cannot be read: %s; check the disk",
			path, strerror(errno));
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE);
	errno = 0;

	enum status status = probe_judge(blkid_do_safeprobe(probe), path, reason);

	if (status != STATUS_OK)
		return status;
	if (blkid_probe_lookup_value(probe, "TYPE", &found, NULL) != 0)
		return probe_judge(1, path, reason);
	/* A volume group or a LUKS header inside is somebody's, and nothing to mount. */
	if (blkid_probe_lookup_value(probe, "USAGE", &usage, NULL) != 0 ||
		strcmp(usage, "filesystem") != 0)
		return reason_set(reason, STATUS_BAD_FILESYSTEM,
			"%s holds %s, which is no filesystem; is this the right device?", path,
			found);
	status = fstype_check(path, fstype, found, reason);
	if (status == STATUS_OK)
		snprintf(ret_fstype, FSTYPE_BYTES, "%s", found);
	return status;
}

enum status
filesystem_check_driver(const char *fstype, struct reason *reason)
{
	if (kernel_knows_filesystem(fstype) || kernel_module_is_there(fstype))
		return STATUS_OK;
	return reason_set(reason, STATUS_NO_FILESYSTEM_DRIVER,
		"this kernel has no driver for %s; install its module", fstype);
}

long
filesystem_ext4_errors(const char *kernel_name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/fs/ext4/%s/errors_count", sysfs_root, kernel_name);
	return small_file_number(path);
}
