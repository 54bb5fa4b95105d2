/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of the two lock files below /run/luks-ssm/INSTANCE, for lock.c and lock_free.c. */
#ifndef LUKS_SSM_VOLUME_LOCK_FILES_H
#define LUKS_SSM_VOLUME_LOCK_FILES_H

#define LOCK_FILE "lock"
#define CHILDREN_FILE "children"

#endif
