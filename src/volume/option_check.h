/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether this kernel's filesystem driver knows each mount option, asked of the kernel itself
 * (fsopen(2), fsconfig(2)) without a device and without a mount: the mount's own EINVAL does not
 * tell a bad option from a bad superblock. Loads the filesystem's module, as a start would.
 */
#ifndef LUKS_SSM_VOLUME_OPTION_CHECK_H
#define LUKS_SSM_VOLUME_OPTION_CHECK_H

#include "base/reason.h"
#include "base/status.h"

/*
 * OPTIONS are those of mount_options_make. STATUS_BAD_MOUNT_OPTION names the first one that is not
 * known. STATUS_OK also where the kernel cannot be asked (no right to, or a driver that parses its
 * options only while it mounts).
 */
must_use enum status option_check(const char *fstype, const char *options, struct reason *reason);

#endif
