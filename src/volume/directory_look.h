/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one statx(2) that a view makes, AT_STATX_DONT_SYNC. Used by view_mount.c, which says why it
 * cannot hang there.
 */
#ifndef LUKS_SSM_VOLUME_DIRECTORY_LOOK_H
#define LUKS_SSM_VOLUME_DIRECTORY_LOOK_H

#include <stdbool.h>

struct directory_look {
	int error;          /* errno, 0 for none; EIO: the filesystem was shut down */
	int mount_id;       /* of the mount that the path leads to; -1 when the kernel does not tell
			       (before 5.8) */
	bool is_mount_root; /* the path is the mount point itself */
};

/* Symbolic links are followed, as mount(8) does; an automount is not set off. */
void directory_look(const char *path, struct directory_look *ret_look);

#endif
