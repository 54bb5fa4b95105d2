/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small set of numbers: mount ids, device numbers, inode numbers of namespaces. A few dozen at
 * most, so it is searched from one end to the other.
 */
#ifndef LUKS_SSM_VOLUME_ID_SET_H
#define LUKS_SSM_VOLUME_ID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/own.h"
#include "base/status.h"

struct id_set {
	uint64_t *ids; /* owned */
	size_t count;
};

#define owned_id_set owned_by(id_set_end) struct id_set

bool id_set_has(const struct id_set *set, uint64_t id);

/* One that is in the set already is not added again. STATUS_NO_MEMORY; the set is then unchanged.
 */
must_use enum status id_set_add(struct id_set *set, uint64_t id);

void id_set_end(struct id_set *set);

#endif
