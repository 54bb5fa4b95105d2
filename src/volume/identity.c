/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ours by LUKS UUID; without one, ours by what stands on the configured device. Foreign only by
 * evidence. */
#include "volume/identity.h"

#include <string.h>

#include "volume/device.h"

static const struct dm_device *
named_like_ours(const struct wanted *wanted, const struct view *view)
{
	return wanted->map_name != NULL ? dm_list_find_name(&view->devices, wanted->map_name)
					: NULL;
}

/* Counts MAPPING among ours; of several the one with our name stands for all. */
static void
ours_add(struct view *view, const struct dm_device *mapping, const struct dm_device *named)
{
	view->ours_count++;
	if (view->ours == NULL || mapping == named)
		view->ours = mapping;
}

/* The LUKS UUID decides, wherever the mapping stands and whoever opened it. */
static void
decide_by_uuid(const char *known_uuid, const struct dm_device *named, struct view *view)
{
	for (size_t i = 0; i < view->devices.count; i++) {
		const struct dm_device *mapping = &view->devices.devices[i];

		if (strcmp(mapping->luks_uuid, known_uuid) == 0)
			ours_add(view, mapping, named);
	}
	if (named != NULL && strcmp(named->luks_uuid, known_uuid) != 0)
		view->stranger = named;
}

/*
 * A mapping of a partition on the configured disk is ours only with our name: others have
 * partitions there too. A mapping that lost its disk or has no table yet stands on nothing; udev's
 * link then tells whether the configured device carries the LUKS UUID of its dm/uuid.
 */
static bool
is_of_device(const struct view *view, const struct dm_device *mapping, dev_t device,
	const struct dm_device *named)
{
	struct device linked;
	enum dm_below below = dm_device_below(&view->devices, mapping, device);

	if (below == DM_BELOW || (below == DM_BELOW_AS_DISK && mapping == named))
		return true;
	return mapping->slave != DM_SLAVE_ALIVE &&
		device_find_uuid(mapping->luks_uuid, &linked, NULL) == STATUS_OK &&
		linked.number == device;
}

static void
decide_by_device(dev_t device, const struct dm_device *named, struct view *view)
{
	for (size_t i = 0; i < view->devices.count; i++) {
		const struct dm_device *mapping = &view->devices.devices[i];

		if (mapping->luks_uuid[0] != '\0' && is_of_device(view, mapping, device, named))
			ours_add(view, mapping, named);
	}
}

/* A LUKS mapping that is not known as ours, and of which sysfs does not show what it stands on. */
static const struct dm_device *
find_hidden(const struct view *view)
{
	for (size_t i = 0; i < view->devices.count; i++) {
		const struct dm_device *mapping = &view->devices.devices[i];

		if (mapping->slave == DM_SLAVE_UNREADABLE && mapping != view->ours)
			return mapping;
	}
	return NULL;
}

/* Several LUKS mappings above one disk: only the name can choose. */
static bool
choose_one(const struct wanted *wanted, const struct dm_device *named, struct view *view)
{
	if (view->ours_count > 1 && view->ours == named)
		view->ours_count = 1;
	if (view->ours_count <= 1)
		return true;
	view->ours = NULL;
	reason_set(&view->reason, STATUS_DOUBT,
		"%zu LUKS mappings stand on %s; set luks_uuid to tell which is ours",
		view->ours_count, wanted->params->device);
	return false;
}

bool
identity_decide(const struct wanted *wanted, const char *known_uuid, struct view *view)
{
	const struct dm_device *named = named_like_ours(wanted, view);
	struct device device;

	if (known_uuid[0] != '\0') {
		decide_by_uuid(known_uuid, named, view);
		return true;
	}
	bool is_resolved = device_find(wanted->params->device, &device, NULL) == STATUS_OK;

	if (is_resolved)
		decide_by_device(device.number, named, view);
	if (!choose_one(wanted, named, view))
		return false;

	const struct dm_device *hidden = view->ours == NULL ? find_hidden(view) : NULL;

	if (hidden != NULL) {
		reason_set(&view->reason, STATUS_DOUBT,
			"mapping %s may be ours or not: sysfs does not show its disk; set luks_uuid to settle it",
			hidden->name);
		return false;
	}
	if (named == NULL || named == view->ours)
		return true;
	/* Foreign by evidence: no LUKS mapping at all, or one that stands, alive, on other disks
	 * than the configured one. */
	if (named->luks_uuid[0] == '\0' || (is_resolved && named->slave == DM_SLAVE_ALIVE)) {
		view->stranger = named;
		return true;
	}
	reason_set(&view->reason, STATUS_DOUBT,
		"mapping %s may be ours or not: %s; set luks_uuid to settle it", named->name,
		is_resolved ? "it stands on no disk" : "the configured device is not there");
	return false;
}
