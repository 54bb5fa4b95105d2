/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A block device's number by stat(2). */
#include "volume/block_node.h"

#include <errno.h>
#include <sys/stat.h>

bool
block_node_number(const char *path, dev_t *ret_number)
{
	struct stat about;

	if (stat(path, &about) != 0)
		return false;
	errno = 0;
	if (!S_ISBLK(about.st_mode))
		return false;
	*ret_number = about.st_rdev;
	return true;
}
