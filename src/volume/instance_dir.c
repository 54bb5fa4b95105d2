/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory of a resource below /run. */
#include "volume/instance_dir.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "volume/roots.h"
#include "volume/sysfs.h"

static bool
instance_names_directory(const char *instance)
{
	return instance != NULL && instance[0] != '\0' && strlen(instance) <= NAME_MAX &&
		strchr(instance, '/') == NULL && strcmp(instance, ".") != 0 &&
		strcmp(instance, "..") != 0;
}

bool
instance_path(const char *instance, const char *file, char ret_path[static PATH_MAX])
{
	if (!instance_names_directory(instance))
		return false;
	int length = snprintf(ret_path, PATH_MAX, "%s/%s/%s", run_root, instance, file);

	return length > 0 && length < PATH_MAX;
}

/* What another user could have made or could change is not believed. */
static enum status
directory_make(const char *path, struct reason *reason)
{
	struct stat about;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return reason_set(reason, STATUS_NO_RECORD, "cannot make %s: %s; make room on /run",
			path, strerror(errno));
	if (lstat(path, &about) != 0)
		return reason_set(reason, STATUS_NO_RECORD,
			"cannot look at %s: %s; see what lies there", path, strerror(errno));
	if (!S_ISDIR(about.st_mode) || about.st_uid != geteuid() ||
		(about.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return reason_set(reason, STATUS_NO_RECORD,
			"%s is not a directory that only root can write; remove it", path);
	return STATUS_OK;
}

enum status
instance_dir_make(const char *instance, struct reason *reason)
{
	char path[PATH_MAX];

	if (!instance_names_directory(instance))
		return reason_set(reason, STATUS_NO_RECORD,
			"the resource's name cannot be a directory's; give it another one");
	enum status status = directory_make(run_root, reason);

	if (status != STATUS_OK)
		return status;
	snprintf(path, sizeof(path), "%s/%s", run_root, instance);
	return directory_make(path, reason);
}

void
boot_id_read(char ret_boot_id[static BOOT_ID_BYTES])
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/sys/kernel/random/boot_id", proc_root);
	if (small_file_read(path, ret_boot_id, BOOT_ID_BYTES) != STATUS_OK)
		ret_boot_id[0] = '\0';
}
