/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The helper as installed. */
#include "volume/helper_path.h"

const char *
helper_path(void)
{
	return LIBEXECDIR "/luks-ssm-aws";
}
