/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads each disk of the node with libblkid, in a child with a second of its own, and compares what
 * it carries with the tag asked for. Mappings of LUKS devices are left out: what lies in one is
 * never a LUKS device to open here.
 */
#include "volume/disk_probe.h"

#include <blkid.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/own.h"
#include "volume/bounded.h"
#include "volume/roots.h"
#include "volume/sysfs.h"

#define DISK_MOST_MS 1000
#define TAG_BYTES 256

/* What the child gets and gives. */
struct disk_question {
	char path[PATH_MAX];
	char name[16]; /* UUID, LABEL, PARTUUID */
	char value[TAG_BYTES];
	bool matches;
};

static void
disk_prober_end(blkid_probe *probe)
{
	if (*probe != NULL)
		blkid_free_probe(*probe);
}

static bool
value_is(blkid_probe probe, const char *key, const struct disk_question *question)
{
	const char *found = NULL;

	if (blkid_probe_lookup_value(probe, key, &found, NULL) != 0)
		return false;
	/* Labels are as they were written; UUIDs are numbers. */
	return strcmp(question->name, "LABEL") == 0 ? strcmp(found, question->value) == 0
						    : strcasecmp(found, question->value) == 0;
}

/* The child's part. A disk that cannot be read does not carry the tag. */
static enum status
disk_ask(void *context, struct reason *reason)
{
	struct disk_question *question = context;
	owned_fd disk_fd = open(question->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	owned_by(disk_prober_end) blkid_probe probe = blkid_new_probe();
	bool by_partition = strcmp(question->name, "PARTUUID") == 0;

	(void)reason;
	if (disk_fd < 0 || probe == NULL || blkid_probe_set_device(probe, disk_fd, 0, 0) != 0)
		return STATUS_NO_DEVICE;
	blkid_probe_enable_superblocks(probe, !by_partition);
	blkid_probe_set_superblocks_flags(probe,
		BLKID_SUBLKS_UUID | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_TYPE);
	blkid_probe_enable_partitions(probe, by_partition);
	blkid_probe_set_partitions_flags(probe, BLKID_PARTS_ENTRY_DETAILS);
	if (blkid_do_safeprobe(probe) != 0)
		return STATUS_NO_DEVICE;
	question->matches = value_is(probe, by_partition ? "PART_ENTRY_UUID" : question->name,
		question);
	return STATUS_OK;
}

/* Worth reading: it has a size, and is no mapping of a LUKS device. */
static bool
disk_is_candidate(const char *name)
{
	char path[PATH_MAX];
	char uuid[DM_UUID_BYTES] = "";

	snprintf(path, sizeof(path), "%s/class/block/%s/size", sysfs_root, name);
	if (small_file_number(path) <= 0)
		return false;
	snprintf(path, sizeof(path), "%s/class/block/%s/dm/uuid", sysfs_root, name);
	return small_file_read(path, uuid, sizeof(uuid)) != STATUS_OK ||
		strncmp(uuid, "CRYPT-", strlen("CRYPT-")) != 0;
}

static bool
disk_carries(const char *name, struct disk_question *question, struct deadline deadline)
{
	char *bang;

	question->matches = false;
	snprintf(question->path, sizeof(question->path), "%s/%s", dev_root, name);
	/* sysfs writes cciss!c0d0 for /dev/cciss/c0d0. */
	while ((bang = strchr(question->path, '!')) != NULL)
		*bang = '/';

	struct deadline soon = deadline_sooner(deadline, deadline_in_ms(DISK_MOST_MS));
	enum status status = bounded_run(disk_ask, question->path, question, sizeof(*question),
		soon, NULL);

	if (status == STATUS_TIMED_OUT)
		log_warning("%s does not answer and was left out of the search", question->path);
	return status == STATUS_OK && question->matches;
}

/* Splits "NAME=value". */
static bool
question_make(const char *tag, struct disk_question *question)
{
	const char *equals = strchr(tag, '=');
	size_t name_length = equals != NULL ? (size_t)(equals - tag) : 0;

	if (name_length == 0 || name_length >= sizeof(question->name) ||
		strlen(equals + 1) >= sizeof(question->value))
		return false;
	memcpy(question->name, tag, name_length);
	snprintf(question->value, sizeof(question->value), "%s", equals + 1);
	return true;
}

enum status
disk_probe(const char *tag, struct deadline deadline, char ret_path[static PATH_MAX],
	struct reason *reason)
{
	char directory[PATH_MAX];
	struct disk_question question = {0};
	char found[PATH_MAX] = "";

	snprintf(directory, sizeof(directory), "%s/class/block", sysfs_root);

	owned_dir disks = opendir(directory);

	if (disks == NULL || !question_make(tag, &question))
		return reason_set(reason, STATUS_NO_DEVICE,
			"%.100s: the disks cannot be listed; is sysfs mounted?", tag);
	for (const struct dirent *disk;
		(disk = readdir(disks)) != NULL && !deadline_passed(deadline);) {
		if (disk->d_name[0] == '.' || !disk_is_candidate(disk->d_name) ||
			!disk_carries(disk->d_name, &question, deadline))
			continue;
		if (found[0] != '\0')
			return reason_set(reason, STATUS_NO_DEVICE,
				"%s is on %.64s and on %.64s; name the device by its path", tag,
				found, question.path);
		memcpy(found, question.path, sizeof(found));
	}
	if (found[0] == '\0')
		return reason_set(reason, STATUS_NO_DEVICE,
			"%s: no disk carries it; check the attachment", tag);
	memcpy(ret_path, found, sizeof(found));
	return STATUS_OK;
}
