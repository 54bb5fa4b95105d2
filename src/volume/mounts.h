/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which mounts show a given filesystem, by superblock and never by path: the major:minor of
 * mountinfo for xfs and ext4, the source and /sys/fs/btrfs for btrfs. Reads /proc and sysfs;
 * changes nothing. Linked into the agent.
 */
#ifndef LUKS_SSM_VOLUME_MOUNTS_H
#define LUKS_SSM_VOLUME_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/own.h"
#include "base/reason.h"
#include "base/status.h"

struct mount {
	int id; /* mount id, as fdinfo's mnt_id and STATX_MNT_ID */
	int parent_id;
	dev_t number;      /* as mountinfo shows it; anonymous for btrfs */
	char *root;        /* owned; the part of the filesystem that is shown, "/" for the whole */
	char *directory;   /* owned; the mount point, unmangled, without a "//deleted" mark */
	char *fstype;      /* owned */
	char *source;      /* owned */
	char *options;     /* owned; per mount and per superblock, joined by a comma */
	bool is_read_only; /* mount or superblock */
	bool is_shut_down; /* the superblock says emergency_ro or shutdown */
	bool is_ours;      /* shows the filesystem on the wanted device */
};

struct mount_list {
	struct mount *mounts; /* owned, in the order of mountinfo: later ones lie on top */
	size_t count;
};

#define owned_mount_list owned_by(mount_list_end) struct mount_list

/*
 * Reads PATH ("/proc/self/mountinfo", or another process's) to its end and marks the mounts whose
 * filesystem lies on DEVICE (0: marks none). STATUS_UNREADABLE, STATUS_NO_MEMORY. A process that is
 * gone: STATUS_OK and an empty list.
 */
must_use enum status
mount_list_read(const char *path, dev_t device, struct mount_list *ret_list, struct reason *reason);

/* The topmost mount on that directory, or NULL. Lent by the list. */
const struct mount *mount_list_top(const struct mount_list *list, const char *directory);

void mount_list_end(struct mount_list *list);

#endif
