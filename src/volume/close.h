/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Removes a mapping of ours: never deferred, never forced, tried again against the short openings
 * of udev and its likes. The kernel grants the removal only when nothing holds the mapping, so a
 * removal is also the proof that no mount of its filesystem is left in any namespace. A caller has
 * made sure that the mapping is ours and not suspended.
 *
 * libdevmapper does it: libcryptsetup would read the LUKS header from the backing device first,
 * which may hang or be gone, and sees no LUKS mapping at all where there is no table or the error
 * target. Only a mapping that stands on helpers of libcryptsetup's own (dm-integrity, an unfinished
 * reencryption) goes to crypt_deactivate.
 */
#ifndef LUKS_SSM_VOLUME_CLOSE_H
#define LUKS_SSM_VOLUME_CLOSE_H

#include "base/deadline.h"
#include "base/reason.h"
#include "base/status.h"
#include "volume/dm.h"

/*
 * MAPPING is named by its number, and the name and uuid must still be those: a mapping that was
 * replaced meanwhile is left alone, and counts as closed. STATUS_OK: it is gone (one that was not
 * there is gone too). STATUS_BUSY: something held it until DEADLINE, or for as long as short
 * openings last (5 s); the reason names the mapping, the caller finds the holders.
 * STATUS_TIMED_OUT, STATUS_NOT_ROOT, STATUS_UNREADABLE, STATUS_NO_MEMORY. Does not wait for udev to
 * have processed the removal: a dead udevd neither delays it nor turns it into a failure.
 */
must_use enum status
close_mapping(const struct dm_device *mapping, struct deadline deadline, struct reason *reason);

/* One try, no waiting: STATUS_OK or STATUS_BUSY, and the rest as above. */
must_use enum status close_mapping_once(const struct dm_device *mapping, struct deadline deadline,
	struct reason *reason);

#endif
