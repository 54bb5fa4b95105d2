/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libblkid, in a child. */
#include "cli/disk_content.h"

#include <blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/own.h"
#include "volume/bounded.h"

/* More than any disk has. */
#define SIGNATURES_MOST 64

struct content_job {
	char path[PATH_MAX];
	struct disk_content content;
};

static void
signatures_end(blkid_probe *probe)
{
	if (*probe != NULL)
		blkid_free_probe(*probe);
	*probe = NULL;
}

#define owned_probe owned_by(signatures_end) blkid_probe

/* A probe for everything that has a signature. */
static enum status
probe_begin(int fd, const char *path, blkid_probe *ret_probe, struct reason *reason)
{
	owned_probe probe = blkid_new_probe();

	if (probe == NULL || blkid_probe_set_device(probe, fd, 0, 0) != 0)
		return reason_set(reason, STATUS_DEVICE_IO, "%s cannot be read; check the disk",
			path);
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe,
		BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_MAGIC);
	blkid_probe_enable_partitions(probe, 1);
	blkid_probe_set_partitions_flags(probe, BLKID_PARTS_MAGIC);
	*ret_probe = steal(probe);
	return STATUS_OK;
}

static void
content_take(blkid_probe probe, struct disk_content *content)
{
	const char *type = NULL, *uuid = NULL, *label = NULL;

	if (blkid_probe_lookup_value(probe, "TYPE", &type, NULL) != 0)
		blkid_probe_lookup_value(probe, "PTTYPE", &type, NULL);
	snprintf(content->type, sizeof(content->type), "%s",
		type != NULL ? type : "an unknown signature");
	if (strcmp(content->type, "crypto_LUKS") != 0)
		return;
	if (blkid_probe_lookup_value(probe, "UUID", &uuid, NULL) == 0)
		snprintf(content->luks_uuid, sizeof(content->luks_uuid), "%s", uuid);
	if (blkid_probe_lookup_value(probe, "LABEL", &label, NULL) == 0)
		snprintf(content->label, sizeof(content->label), "%s", label);
}

static enum status
content_body(void *context, struct reason *reason)
{
	struct content_job *job = context;
	owned_fd fd = open(job->path, O_RDONLY | O_CLOEXEC);
	owned_probe probe = NULL;

	if (fd < 0)
		return reason_set(reason, STATUS_NO_DEVICE, "%s cannot be read: %s", job->path,
			strerror(errno));
	enum status status = probe_begin(fd, job->path, &probe, reason);

	if (status != STATUS_OK)
		return status;
	/* 0: found, 1: nothing, -2: several that contradict each other. */
	int found = blkid_do_safeprobe(probe);

	job->content.bytes = (unsigned long long)blkid_probe_get_size(probe);
	if (found == 0)
		content_take(probe, &job->content);
	else if (found == -2)
		snprintf(job->content.type, sizeof(job->content.type), "several signatures");
	else if (found < 0)
		return reason_set(reason, STATUS_DEVICE_IO,
			"%s does not read to its end; check the disk", job->path);
	return STATUS_OK;
}

enum status
disk_content_look(const char *path, struct deadline deadline, struct disk_content *ret_content,
	struct reason *reason)
{
	struct content_job job = {0};

	snprintf(job.path, sizeof(job.path), "%s", path);
	enum status status = bounded_run(content_body, path, &job, sizeof(job), deadline, reason);

	if (status == STATUS_OK)
		*ret_content = job.content;
	return status;
}

enum status
disk_content_check_same(const char *path, const struct disk_content *before,
	struct deadline deadline, struct reason *reason)
{
	struct disk_content now = {0};
	enum status status = disk_content_look(path, deadline, &now, reason);

	if (status != STATUS_OK ||
		(strcmp(now.type, before->type) == 0 &&
			strcmp(now.luks_uuid, before->luks_uuid) == 0))
		return status;
	return reason_set(reason, STATUS_DEVICE_IN_USE,
		"%.60s holds %s now, which came while the key was stored; nothing was written to it",
		path, now.type[0] != '\0' ? now.type : "nothing");
}

static enum status
exclusive_open_failed(const char *path, struct reason *reason)
{
	switch (errno) {
	case EBUSY:
		return reason_set(reason, STATUS_DEVICE_IN_USE,
			"%s is in use: mounted, mapped, swapped on or part of an array; see lsblk",
			path);
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return reason_set(reason, STATUS_NO_DEVICE, "%s: %s; check that it is attached",
			path, strerror(errno));
	case EROFS:
	case EACCES:
	case EPERM:
		return reason_set(reason, STATUS_DEVICE_READ_ONLY, "%s: %s; make it writable", path,
			strerror(errno));
	default:
		return reason_set(reason, STATUS_DEVICE_IO,
			"%s: whether it is in use cannot be told: %s; check the disk", path,
			strerror(errno));
	}
}

enum status
disk_check_unused(const char *path, struct reason *reason)
{
	struct stat info;

	if (stat(path, &info) != 0)
		return reason_set(reason, STATUS_NO_DEVICE, "%s is not there any more", path);
	if (!S_ISBLK(info.st_mode))
		return STATUS_OK;
	/* open(2): O_EXCL on a block device fails with EBUSY while the system uses it. */
	owned_fd fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC);

	return fd >= 0 ? STATUS_OK : exclusive_open_failed(path, reason);
}

static enum status
wipe_body(void *context, struct reason *reason)
{
	struct content_job *job = context;
	/* Time has passed since it was looked at: who has taken it meanwhile keeps it. */
	owned_fd fd = open(job->path, O_RDWR | O_EXCL | O_CLOEXEC);
	owned_probe probe = NULL;

	if (fd < 0)
		return exclusive_open_failed(job->path, reason);
	enum status status = probe_begin(fd, job->path, &probe, reason);

	for (int i = 0; status == STATUS_OK && i < SIGNATURES_MOST; i++) {
		if (blkid_do_probe(probe) != 0)
			return STATUS_OK;
		if (blkid_do_wipe(probe, 0) != 0)
			return reason_set(reason, STATUS_DEVICE_IO,
				"%s: a signature cannot be wiped", job->path);
	}
	return status;
}

enum status
disk_content_wipe(const char *path, struct deadline deadline, struct reason *reason)
{
	struct content_job job = {0};

	snprintf(job.path, sizeof(job.path), "%s", path);
	return bounded_run(wipe_body, path, &job, sizeof(job), deadline, reason);
}
