/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /run/luks-ssm/INSTANCE: where a resource keeps its lock and its record, for root alone (0700).
 * Gone with the boot.
 */
#ifndef LUKS_SSM_VOLUME_INSTANCE_DIR_H
#define LUKS_SSM_VOLUME_INSTANCE_DIR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/reason.h"
#include "base/status.h"

/* A boot id as /proc/sys/kernel/random/boot_id shows it, with its NUL. */
#define BOOT_ID_BYTES 40

/* The path of FILE there. False when INSTANCE is NULL or cannot name a directory ('/', ".", "..",
 * too long). */
bool instance_path(const char *instance, const char *file, char ret_path[static PATH_MAX]);

/* Makes the directory where it is missing. STATUS_NO_RECORD when it cannot be made or is not root's
 * own. */
must_use enum status instance_dir_make(const char *instance, struct reason *reason);

/* This boot's id; "" when it cannot be read, which equals no recorded one. */
void boot_id_read(char ret_boot_id[static BOOT_ID_BYTES]);

#endif
