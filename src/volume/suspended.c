/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for the owner of a suspended mapping, and resuming it. See suspended.h.
 */
#include "volume/suspended.h"

#include <string.h>

#include "base/log.h"
#include "volume/bounded.h"
#include "volume/dm_change.h"

#define LOOK_AGAIN_MS 100
/* A resume flushes what waited; the disk may be slow, but the deadline is also for what comes
 * after. */
#define RESUME_MS 10000

static enum status
suspended_look(const struct dm_device *mapping, struct dm_device *ret_now, struct reason *reason)
{
	owned_dm_list list = {0};
	enum status status = dm_list_read(&list, reason);

	if (status != STATUS_OK)
		return status;
	const struct dm_device *found = dm_list_find_number(&list, mapping->number);
	if (found == NULL || strcmp(found->uuid, mapping->uuid) != 0)
		*ret_now = (struct dm_device){0};
	else
		*ret_now = *found;
	return STATUS_OK;
}

static enum status
suspended_resume(void *context, struct reason *reason)
{
	const struct dm_device *mapping = context;

	return mapping_resume(mapping->name, reason);
}

enum status
suspended_settle(const struct dm_device *mapping, struct deadline deadline, struct reason *reason)
{
	struct deadline patience = deadline_in_ms(deadline_left_ms(deadline) / 2);
	struct dm_device now = *mapping;

	while (now.is_suspended && deadline_pause_ms(patience, LOOK_AGAIN_MS)) {
		enum status status = suspended_look(mapping, &now, reason);

		if (status != STATUS_OK)
			return status;
	}
	if (!now.is_suspended)
		return STATUS_OK;
	if (now.has_inactive_table)
		return reason_set(reason, STATUS_SUSPENDED,
			"mapping %s is suspended with another table waiting; "
			"finish or repair the resize or reencryption",
			now.name);
	log_warning("mapping %s stayed suspended: resuming it, so that it can be stopped",
		now.name);
	return bounded_run(suspended_resume, "the resume of a suspended mapping", &now, sizeof(now),
		deadline_sooner(deadline, deadline_in_ms(RESUME_MS)), reason);
}
