/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Monitor at depth 10 and 20: I/O through the mapping and in the filesystem, and what the next
 * start would find. All of it in children with deadlines of their own; a hung disk makes a failed
 * check, not a hung action. Takes no lock, writes no record, leaves nothing behind.
 */
#ifndef LUKS_SSM_VOLUME_DEPTH_H
#define LUKS_SSM_VOLUME_DEPTH_H

#include "base/deadline.h"
#include "base/reason.h"
#include "volume/view.h"
#include "volume/wanted.h"

/*
 * For a view that is ACTIVE or FLAGGED; any other comes back as it is. LEVEL 10 reads one sector
 * through the mapping with O_DIRECT and looks into the filesystem's root, then asks whether the
 * next start would find the device and a good header (STATE_FLAGGED when not). From LEVEL 20 an
 * unnamed file is written, synced and read back; no space left is STATE_FLAGGED. STATE_FAILED when
 * I/O fails or does not end in time. REASON is written when the answer is not ACTIVE.
 */
enum state depth_check(const struct wanted *wanted, const struct view *view, unsigned int level,
	struct deadline deadline, struct reason *reason);

#endif
