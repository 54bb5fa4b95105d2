/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Undoes what a failed start did: exactly that, in reverse, and nothing that was there before. What
 * it did is known from the phases its doer told of, and from the kernel before and after. Runs in a
 * second doer, never beside the first.
 */
#ifndef LUKS_SSM_VOLUME_UNDO_H
#define LUKS_SSM_VOLUME_UNDO_H

#include <stdbool.h>

#include "base/own.h"
#include "base/reason.h"
#include "base/status.h"
#include "volume/id_set.h"
#include "volume/phase.h"
#include "volume/record.h"
#include "volume/supervise.h"
#include "volume/view.h"
#include "volume/wanted.h"

/* What was there before a start touched anything. */
struct before {
	bool had_mapping; /* of ours, with a live table: one without is removed and made anew */
	bool had_record;
	struct record record; /* with had_record */
	struct id_set mounts; /* owned; the ids of ours that were mounted */
};

#define owned_before owned_by(before_end) struct before

/* STATUS_NO_MEMORY. */
must_use enum status
before_note(const struct wanted *wanted, const struct view *view, struct before *ret_before);

void before_end(struct before *before);

/* All lent. */
struct undo {
	const struct wanted *wanted;
	const struct before *before;
	const struct doer_report *report; /* of the doer that failed */
	enum status failure;              /* its status */
};

/* Whether the failed start may have changed anything at all; if not, no second doer is needed. */
bool undo_is_needed(const struct undo *undo);

/* Makes the record what it was: it names what was about to be made, and with that gone would only
 * mislead. */
void undo_record(const struct undo *undo);

/*
 * A doer_body; CONTEXT is a struct undo. STATUS_OK: what the start had done is gone, and the record
 * is what it was. The rest as takedown_mapping: something of it is left, and the reason says what.
 */
enum status undo_body(const void *context, const struct doer *doer, struct reason *reason);

#endif
