/* SPDX-License-Identifier: GPL-2.0-or-later */
/* statx(2) on the mount point. */
#include "volume/directory_look.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

void
directory_look(const char *path, struct directory_look *ret_look)
{
	struct statx about;

	memset(&about, 0, sizeof(about));
	*ret_look = (struct directory_look){.mount_id = -1};
	if (statx(AT_FDCWD, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE | STATX_MNT_ID,
		    &about) != 0) {
		ret_look->error = errno;
		return;
	}
	if ((about.stx_mask & STATX_MNT_ID) == 0 ||
		(about.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) == 0)
		return;
	ret_look->mount_id = (int)about.stx_mnt_id;
	ret_look->is_mount_root = (about.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}
