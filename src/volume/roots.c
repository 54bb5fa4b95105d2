/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the kernel's trees begin, for the programs that are installed. */
#include "volume/roots.h"

const char sysfs_root[] = "/sys";
const char proc_root[] = "/proc";
const char run_root[] = "/run/luks-ssm";
const char dev_root[] = "/dev";
