/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes one mapping of ours down: its mounts in every namespace, those who keep it busy, the
 * mapping itself. Stop does it with the policy of the parameters, the undoing of a start with no
 * signals at all. The cheap way comes first; /proc is walked only when something was refused.
 */
#ifndef LUKS_SSM_VOLUME_TAKEDOWN_H
#define LUKS_SSM_VOLUME_TAKEDOWN_H

#include "base/reason.h"
#include "base/status.h"
#include "volume/dm.h"
#include "volume/phase.h"
#include "volume/signals.h"

/*
 * STATUS_OK: the kernel has removed the mapping, and so nothing holds its filesystem in any
 * namespace. STATUS_BUSY: it was in use until the doer's deadline, or nobody is there who could be
 * made to let go; the reason names who holds it. STATUS_SUSPENDED, STATUS_TIMED_OUT,
 * STATUS_NOT_ROOT, STATUS_UNREADABLE, STATUS_NO_MEMORY.
 */
must_use enum status takedown_mapping(const struct doer *doer, const struct dm_device *mapping,
	struct signal_plan *plan, struct reason *reason);

#endif
