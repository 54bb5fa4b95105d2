/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * validate-all's look at what lies in our own mapping, where that is open: the only place where the
 * filesystem can be seen. Reads, in a child with a deadline; claims, locks and writes nothing. For
 * volume_check.c alone.
 */
#ifndef LUKS_SSM_VOLUME_INSIDE_CHECK_H
#define LUKS_SSM_VOLUME_INSIDE_CHECK_H

#include <limits.h>
#include <stdbool.h>

#include "base/deadline.h"
#include "base/reason.h"
#include "base/status.h"
#include "volume/filesystem.h"
#include "volume/view.h"

/* Begins with the two fields that say what is wanted, all else 0. */
struct inside {
	const char *fstype;  /* lent; the parameter; NULL and "auto": whatever is found */
	bool with_state;     /* what is wrong with the filesystem counts, too */
	char path[PATH_MAX]; /* the mapping's node; "" when there is none that can be read */
	bool is_mounted;
	char found[FSTYPE_BYTES]; /* "" when it is not known */
	bool is_unclean;
};

/* Notes where our mapping can be read: it has a live table on a live disk, and is not suspended. */
void inside_note(struct inside *inside, const struct view *view);

/*
 * STATUS_OK when nothing can be seen, or what is seen can be mounted; one that asks for a check and
 * is not mounted is warned of in the log. Without with_state always STATUS_OK: the type is all that
 * is looked for, and what hides it is left to start. STATUS_BAD_FILESYSTEM, STATUS_DEVICE_IO,
 * STATUS_TIMED_OUT after half the time that is left.
 */
must_use enum status
inside_check(struct inside *inside, struct deadline deadline, struct reason *reason);

/* The type that is asked for, or was seen; lent by INSIDE. NULL when neither tells. */
const char *inside_fstype(const struct inside *inside);

#endif
