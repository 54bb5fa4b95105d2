/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The story of a volume: up and down, each told once. Runs as root in the worker; parses nothing
 * from the network.
 */
#ifndef LUKS_SSM_VOLUME_VOLUME_H
#define LUKS_SSM_VOLUME_VOLUME_H

#include "base/deadline.h"
#include "base/reason.h"
#include "volume/phase.h"
#include "volume/view.h"
#include "volume/wanted.h"

/*
 * Start, whole: lock, supervisor and doer, device, key, mapping, mount, proof. STATUS_OK means that
 * view_take says ACTIVE. Anything else has undone what this very start did, within RESERVE_MS
 * before DEADLINE, and says why.
 */
must_use enum status
volume_start(const struct wanted *wanted, struct deadline deadline, struct reason *reason);

/*
 * Stop, whole: lock (ending an orphan start), supervisor and doer, users, mounts in every
 * namespace, mapping, proof. STATUS_OK means proven gone. Needs neither device, key, network nor
 * valid parameters.
 */
must_use enum status
volume_stop(const struct wanted *wanted, struct deadline deadline, struct reason *reason);

/*
 * The doers' bodies. They run in a child of the supervisor; tests of single steps may call them
 * directly.
 */
must_use enum status
volume_up(const struct wanted *wanted, const struct doer *doer, struct reason *reason);
must_use enum status
volume_down(const struct wanted *wanted, const struct doer *doer, struct reason *reason);

#endif
