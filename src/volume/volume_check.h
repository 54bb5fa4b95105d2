/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * validate-all from level 10: what start would find on this node, with nothing changed and nothing
 * written; no lock, no record. Parameters that are missing or wrong (level 0) are the caller's to
 * answer first.
 */
#ifndef LUKS_SSM_VOLUME_VOLUME_CHECK_H
#define LUKS_SSM_VOLUME_VOLUME_CHECK_H

#include "base/deadline.h"
#include "base/reason.h"
#include "base/status.h"
#include "volume/wanted.h"

/*
 * LEVEL 10: root, device, header, memory for the KDF, names, mount point, and, where fstype names
 * the filesystem or our mapping is open and shows it, its driver and the mount options; the clock,
 * in the log alone. LEVEL 20: what our open mapping holds can be mounted, and the key is fetched
 * and must open a slot of a private copy of the header. STATUS_OK with nothing to say; things to
 * know are logged as warnings. Every status that start can have.
 */
must_use enum status volume_check(const struct wanted *wanted, unsigned int level,
	struct deadline deadline, struct reason *reason);

/* Hears how one part ended: of one that is well DETAIL says what was found, of another one REASON
 * what to do. DETAIL is NULL for a part that was not looked at, because one before it that it needs
 * is not well, or no key is wanted. */
typedef void volume_check_hear(void *context, const char *what, enum status status,
	const struct reason *reason, const char *detail);

/*
 * The same for a rehearsal: each part that can be looked at is, in the order of level 20, whatever
 * became of those before it; without WITH_KEY all but the fetch and the unlocking. Says nothing of
 * the clock and of conflicts.
 */
void volume_check_parts(const struct wanted *wanted, bool with_key, struct deadline deadline,
	volume_check_hear *hear, void *context);

#endif
