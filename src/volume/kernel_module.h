/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the running kernel has a driver, built in, loaded or installed as a module. Loads
 * nothing. */
#ifndef LUKS_SSM_VOLUME_KERNEL_MODULE_H
#define LUKS_SSM_VOLUME_KERNEL_MODULE_H

#include <stdbool.h>

/* NAME as the module file has it ("dm-crypt"). True also when this system keeps no list of modules
 * to look into. */
bool kernel_module_is_there(const char *name);

/* Whether the kernel knows the filesystem now, without loading anything (/proc/filesystems). */
bool kernel_knows_filesystem(const char *fstype);

#endif
