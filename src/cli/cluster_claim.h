/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether Pacemaker manages a volume: its configuration as it lies on this node's disk names the
 * volume's device (however it is written, or a partition of it), directory, mapping or LUKS UUID in
 * a resource of any agent. Asks no daemon, so nothing can hang, and a node whose cluster is stopped
 * answers the same.
 */
#ifndef LUKS_SSM_CLI_CLUSTER_CLAIM_H
#define LUKS_SSM_CLI_CLUSTER_CLAIM_H

#include "base/reason.h"
#include "volume/wanted.h"

/*
 * STATUS_OK: no cluster here, or none of its resources is about the volume, or the one that is has
 * been set unmanaged, by itself, by its group or by maintenance mode. STATUS_CLUSTER_MANAGED: the
 * reason names the resource and the ways out. STATUS_UNREADABLE, STATUS_NO_MEMORY: not known.
 */
must_use enum status cluster_claim_check(const struct wanted *wanted, struct reason *reason);

/* The same for a configuration in TEXT (Pacemaker's CIB, as XML). */
must_use enum status
cluster_claim_find(const char *text, const struct wanted *wanted, struct reason *reason);

#endif
