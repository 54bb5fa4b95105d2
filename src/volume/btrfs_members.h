/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a btrfs mount lies on a given device. Its mounts carry an anonymous number, and others
 * inside subvolumes, so the source is resolved and compared with /sys/fs/btrfs/UUID/devices, which
 * lists the members of what is mounted now.
 */
#ifndef LUKS_SSM_VOLUME_BTRFS_MEMBERS_H
#define LUKS_SSM_VOLUME_BTRFS_MEMBERS_H

#include <stdbool.h>
#include <sys/types.h>

/* SOURCE as mountinfo shows it. False also when sysfs shows no mounted btrfs with that device as a
 * member. */
bool btrfs_source_is_on(const char *source, dev_t device);

#endif
