/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Proof of absence against a start that is under way. */
#include "volume/lock.h"
#include "volume/view.h"

void
view_prove_gone(const struct wanted *wanted, struct deadline wait, struct deadline deadline,
	struct view *view)
{
	struct reason reason = {0};

	if (!view_is_gone(view) || wanted->instance == NULL)
		return;
	enum status status = lock_prove_free(wanted->instance, wait, &reason);

	/*
	 * In this order: a start that was under way at the first look has now either ended, and the
	 * second look sees what it left, or is found by its lock.
	 */
	view_end(view);
	view_take(wanted, deadline, view);
	if (status == STATUS_OK || !view_is_gone(view))
		return;
	view->state = STATE_UNREADABLE;
	view->reason = reason;
}
