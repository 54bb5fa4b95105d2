/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Removing a mapping. See close.h.
 */
#include "volume/close.h"

#include <libcryptsetup.h>
#include <string.h>

#include "volume/bounded.h"
#include "volume/dm_change.h"

/* Udev and its programs open a block device for milliseconds; 25 tries of 0.2 s is what
 * libdevmapper grants them. */
#define SHORT_OPENINGS_MS 5000
#define PAUSE_FIRST_MS 10
#define PAUSE_MOST_MS 200

/*
 * On helpers of libcryptsetup: dm-integrity below an authenticated mapping, the pieces of an
 * unfinished reencryption. Its own dm uuids say so; another LUKS mapping below ours is somebody's
 * volume and no helper.
 */
static bool
mapping_has_helpers(const struct dm_device *mapping, const struct dm_list *list)
{
	const struct dm_device *below = dm_list_find_number(list, mapping->slave_number);

	if (mapping->slave == DM_SLAVE_NONE || below == NULL ||
		strncmp(below->uuid, "CRYPT-", 6) != 0)
		return false;
	return below->luks_uuid[0] == '\0' || strcmp(below->luks_uuid, mapping->luks_uuid) == 0;
}

static enum status
library_deactivate(void *context, struct reason *reason)
{
	const struct dm_device *mapping = context;
	int rc = crypt_deactivate(NULL, mapping->name);

	return rc == 0 ? STATUS_OK : mapping_error(-rc, "remove", mapping->name, reason);
}

/* In a child: it reads the header of the device below, and waits for udev without limit. The kernel
 * then tells. */
static enum status
mapping_deactivate(const struct dm_device *mapping, struct deadline deadline, struct reason *reason)
{
	struct dm_device copy = *mapping;
	bool is_there = true;
	struct deadline patience = deadline_sooner(deadline, deadline_in_ms(SHORT_OPENINGS_MS));
	enum status status = bounded_run(library_deactivate, mapping->name, &copy, sizeof(copy),
		patience, reason);

	if (status == STATUS_TIMED_OUT &&
		mapping_is_there(mapping->name, mapping->uuid, mapping->number, &is_there, NULL) ==
			STATUS_OK &&
		!is_there) {
		reason_clear(reason);
		return STATUS_OK;
	}
	return status;
}

enum status
close_mapping_once(const struct dm_device *mapping, struct deadline deadline, struct reason *reason)
{
	owned_dm_list list = {0};
	bool is_it = false;

	enum status status = mapping_is_there(mapping->name, mapping->uuid, mapping->number, &is_it,
		reason);
	if (status != STATUS_OK || !is_it)
		return status;
	if (strncmp(mapping->slave_name, "dm-", 3) == 0) {
		status = dm_list_read(&list, reason);
		if (status != STATUS_OK)
			return status;
		if (mapping_has_helpers(mapping, &list))
			return mapping_deactivate(mapping, deadline, reason);
	}
	return mapping_remove(mapping->name, reason);
}

enum status
close_mapping(const struct dm_device *mapping, struct deadline deadline, struct reason *reason)
{
	struct deadline patience = deadline_sooner(deadline, deadline_in_ms(SHORT_OPENINGS_MS));

	for (int64_t pause_ms = PAUSE_FIRST_MS;; pause_ms *= 2) {
		struct reason last = {0};
		enum status status = close_mapping_once(mapping, deadline, &last);

		if (status != STATUS_BUSY || !deadline_pause_ms(patience, pause_ms)) {
			reason_pass(&last, reason);
			return status;
		}
		pause_ms = pause_ms < PAUSE_MOST_MS ? pause_ms : PAUSE_MOST_MS / 2;
	}
}
