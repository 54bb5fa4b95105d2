/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What would open or mount the volume without us: a line of fstab(5) or crypttab(5), a mount unit
 * of systemd.mount(5). Reads two files and looks for others by name.
 */
#ifndef LUKS_SSM_VOLUME_CONFLICTS_H
#define LUKS_SSM_VOLUME_CONFLICTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/reason.h"
#include "volume/wanted.h"

/* STATUS_OK when there is none; STATUS_BAD_PARAMETER names the file. */
must_use enum status conflicts_find(const struct wanted *wanted, struct reason *reason);

/* The same below another root directory than "". */
must_use enum status
conflicts_find_below(const char *root, const struct wanted *wanted, struct reason *reason);

/* systemd.unit(5), «String escaping for inclusion in unit names»: "/srv/my data" is
 * "srv-my\x20data.mount". False: it does not fit. */
bool mount_unit_name(const char *directory, size_t room_bytes, char *ret_name);

#endif
