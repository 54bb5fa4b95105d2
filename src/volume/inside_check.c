/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The filesystem in our open mapping, as start would find it. */
#include "volume/inside_check.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/log.h"
#include "volume/bounded.h"
#include "volume/fsck.h"
#include "volume/roots.h"

static bool
fstype_is_asked_for(const char *fstype)
{
	return fstype != NULL && strcmp(fstype, "auto") != 0;
}

void
inside_note(struct inside *inside, const struct view *view)
{
	const struct dm_device *ours = view->ours;

	if (ours == NULL || !ours->has_table || ours->is_suspended || ours->slave != DM_SLAVE_ALIVE)
		return;
	snprintf(inside->path, sizeof(inside->path), "%s/dm-%u", dev_root, minor(ours->number));
	inside->is_mounted = view->ours_mounted > 0;
}

static enum status
inside_look(void *context, struct reason *reason)
{
	struct inside *inside = context;
	enum status status = filesystem_find(inside->path, inside->fstype, inside->found, reason);

	return status == STATUS_OK && inside->with_state && !inside->is_mounted
		? fsck_look(inside->found, inside->path, &inside->is_unclean, reason)
		: status;
}

enum status
inside_check(struct inside *inside, struct deadline deadline, struct reason *reason)
{
	struct deadline half = deadline_in_ms(deadline_left_ms(deadline) / 2);
	struct reason refusal = {0};
	enum status status;

	if (inside->path[0] == '\0' || (!inside->with_state && fstype_is_asked_for(inside->fstype)))
		return STATUS_OK;
	status = bounded_run(inside_look, inside->path, inside, sizeof(*inside), half, &refusal);
	if (inside->is_unclean)
		log_warning("the filesystem on %s asks for a check, which start makes unless "
			    "run_fsck=no; see e2fsck",
			inside->path);
	if (status == STATUS_OK || inside->with_state) {
		reason_pass(&refusal, reason);
		return status;
	}
	log_info("%s", refusal.text);
	inside->found[0] = '\0';
	return STATUS_OK;
}

const char *
inside_fstype(const struct inside *inside)
{
	if (fstype_is_asked_for(inside->fstype))
		return inside->fstype;
	return inside->found[0] != '\0' ? inside->found : NULL;
}
