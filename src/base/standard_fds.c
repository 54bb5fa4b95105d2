/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See standard_fds.h. */
#include "base/standard_fds.h"

#include <fcntl.h>
#include <unistd.h>

bool
standard_fds_are_open(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}
