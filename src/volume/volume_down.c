/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The work of stop, as its doer does it: look, take down what is ours, look again. Runs in a child
 * of the supervisor. Needs no device, key, network or valid parameters, and never touches what is a
 * stranger's.
 */
#include "base/log.h"
#include "volume/signals.h"
#include "volume/takedown.h"
#include "volume/volume.h"

/* The same LUKS device open under several names: as many rounds, and more than anybody would have.
 */
#define MAPPINGS_MOST 16

/* Nothing to take down, and yet not provably gone. */
static enum status
view_refuse(const struct view *view, struct reason *reason)
{
	enum status status = view->state == STATE_DOUBT ? STATUS_DOUBT : STATUS_UNREADABLE;

	if (view->reason.text[0] == '\0')
		return reason_set(reason, status,
			"the kernel's state could not be read to its end; is this root, with /proc and sysfs?");
	return reason_pass(&view->reason, reason);
}

enum status
volume_down(const struct wanted *wanted, const struct doer *doer, struct reason *reason)
{
	struct signal_plan plan;

	signal_plan_make(wanted->params, &plan);
	for (int round = 0; round < MAPPINGS_MOST; round++) {
		owned_view view = {0};

		phase_enter(doer, PHASE_LOOKING);
		view_take(wanted, doer->deadline, &view);
		if (view_is_gone(&view))
			return STATUS_OK;
		if (view.ours == NULL)
			return view_refuse(&view, reason);
		log_info("stopping mapping %s, mounted %zu times", view.ours->name,
			view.ours_mounted);
		enum status status = takedown_mapping(doer, view.ours, &plan, reason);
		if (status != STATUS_OK)
			return status;
	}
	return reason_set(reason, STATUS_BUSY,
		"mappings of this LUKS device come back as fast as they go; see who opens it");
}
