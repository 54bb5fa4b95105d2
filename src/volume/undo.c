/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Undoing a failed start. See undo.h.
 */
#include "volume/undo.h"

#include "base/log.h"
#include "volume/footprint.h"
#include "volume/signals.h"
#include "volume/takedown.h"
#include "volume/unmount.h"

enum status
before_note(const struct wanted *wanted, const struct view *view, struct before *ret_before)
{
	struct before before = {.had_mapping = view->ours != NULL && view->ours->has_table};

	before.had_record = record_read(wanted->instance, &before.record) == STATUS_OK;
	for (size_t i = 0; i < view->mounts.count; i++) {
		const struct mount *mount = &view->mounts.mounts[i];

		if (mount->is_ours &&
			id_set_add(&before.mounts, (uint64_t)mount->id) != STATUS_OK) {
			before_end(&before);
			return STATUS_NO_MEMORY;
		}
	}
	*ret_before = before;
	return STATUS_OK;
}

void
before_end(struct before *before)
{
	id_set_end(&before->mounts);
}

/* libcryptsetup unlocks and maps in one call: from UNLOCKING on there may be a mapping. */
static bool
undo_may_have_mapped(const struct undo *undo)
{
	return !undo->before->had_mapping &&
		(doer_entered(undo->report, PHASE_UNLOCKING) ||
			doer_entered(undo->report, PHASE_MAPPING));
}

/*
 * Whether OURS is what this start made. One that was refused because the name or the device is
 * somebody else's has made none with a table; but EBUSY, which is such a refusal, also comes when
 * the mapping was made and its table could not be loaded. One that was killed there may have made
 * any.
 */
static bool
undo_made_mapping(const struct undo *undo, const struct dm_device *ours)
{
	enum phase last = undo->report->last;
	bool was_refused = (last == PHASE_UNLOCKING || last == PHASE_MAPPING) &&
		(undo->failure == STATUS_NAME_TAKEN || undo->failure == STATUS_OTHER_NAME);

	if (!undo_may_have_mapped(undo))
		return false;
	/* A bare one of before was taken away first, or the key would not have been tried. */
	return !was_refused || !ours->has_table;
}

bool
undo_is_needed(const struct undo *undo)
{
	return undo_may_have_mapped(undo) || doer_entered(undo->report, PHASE_MOUNTING);
}

static enum status
undo_mount(const struct undo *undo, const struct dm_device *mapping, struct reason *reason)
{
	owned_footprint footprint = {.mapping = mapping->number};

	return unmount_all("/proc/self/mountinfo", &footprint, &undo->before->mounts, reason);
}

void
undo_record(const struct undo *undo)
{
	struct reason reason = {0};

	if (!undo->before->had_record)
		record_remove(undo->wanted->instance);
	else if (record_write(undo->wanted->instance, &undo->before->record, &reason) != STATUS_OK)
		log_warning("%s", reason.text);
}

enum status
undo_body(const void *context, const struct doer *doer, struct reason *reason)
{
	const struct undo *undo = context;
	owned_view view = {0};
	struct signal_plan nobody = {0};
	enum status status = STATUS_OK;

	phase_enter(doer, PHASE_UNDOING);
	view_take(undo->wanted, doer->deadline, &view);
	if (view.ours == NULL && !view_is_gone(&view))
		return reason_set(reason, STATUS_UNREADABLE,
			"what the start left cannot be seen; stop the resource");
	if (view.ours != NULL && undo_made_mapping(undo, view.ours))
		status = takedown_mapping(doer, view.ours, &nobody, reason);
	else if (view.ours != NULL && doer_entered(undo->report, PHASE_MOUNTING))
		status = undo_mount(undo, view.ours, reason);
	if (status == STATUS_OK)
		undo_record(undo);
	return status;
}
