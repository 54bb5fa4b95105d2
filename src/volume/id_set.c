/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small set of numbers. See id_set.h.
 */
#include "volume/id_set.h"

bool
id_set_has(const struct id_set *set, uint64_t id)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->ids[i] == id)
			return true;
	}
	return false;
}

enum status
id_set_add(struct id_set *set, uint64_t id)
{
	if (id_set_has(set, id))
		return STATUS_OK;
	uint64_t *ids = reallocarray(set->ids, set->count + 1, sizeof(*ids));
	if (ids == NULL)
		return STATUS_NO_MEMORY;
	set->ids = ids;
	set->ids[set->count++] = id;
	return STATUS_OK;
}

void
id_set_end(struct id_set *set)
{
	free(set->ids);
	*set = (struct id_set){0};
}
