/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mapping of ours that is suspended when stop comes. A resize or a reencryption suspends for
 * moments and leaves half-prepared tables, luksSuspend wipes the key: so its owner gets time first,
 * and only what is surely whole is resumed. Used by stop. Never unmounts or syncs anything: on a
 * suspended mapping that would hang.
 */
#ifndef LUKS_SSM_VOLUME_SUSPENDED_H
#define LUKS_SSM_VOLUME_SUSPENDED_H

#include "base/deadline.h"
#include "base/reason.h"
#include "base/status.h"
#include "volume/dm.h"

/*
 * Waits for the owner of MAPPING up to half of what is left to DEADLINE, then resumes it, once, in
 * a child. STATUS_OK: it is not suspended any more, or gone. STATUS_SUSPENDED: it has a table
 * waiting, or no key; nothing was touched. STATUS_TIMED_OUT: the resume does not return.
 * STATUS_UNREADABLE, STATUS_NO_MEMORY.
 */
must_use enum status
suspended_settle(const struct dm_device *mapping, struct deadline deadline, struct reason *reason);

#endif
