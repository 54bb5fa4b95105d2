/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests alone: the command beside the helper of its own build directory, fixed when linked. */
#include "volume/helper_path.h"

const char *
helper_path(void)
{
	return TEST_HELPER;
}
