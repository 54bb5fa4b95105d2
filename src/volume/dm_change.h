/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The requests to device-mapper that change something, through libdevmapper: removing a mapping,
 * and resuming one. Never deferred, never waiting for udev (its semaphore has no time limit), and
 * with nothing on stderr. A file of its own, because libdevmapper has a struct dm_list too; it
 * knows mappings by name, uuid and number alone.
 */
#ifndef LUKS_SSM_VOLUME_DM_CHANGE_H
#define LUKS_SSM_VOLUME_DM_CHANGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/reason.h"
#include "base/status.h"

/* Whether a mapping of that name, dm uuid and number exists. STATUS_NOT_ROOT, STATUS_UNREADABLE,
 * STATUS_NO_MEMORY. */
must_use enum status mapping_is_there(const char *name, const char *uuid, dev_t number,
	bool *ret_is_it, struct reason *reason);

/* One try. STATUS_OK, also when there is none of that name; STATUS_BUSY when something has it open;
 * and as above. */
must_use enum status mapping_remove(const char *name, struct reason *reason);

/* Can block; call it in a child. STATUS_SUSPENDED when the kernel refuses because luksSuspend wiped
 * the key. */
must_use enum status mapping_resume(const char *name, struct reason *reason);

/* The status for an errno of such a request, with its reason ("cannot VERB mapping NAME: …"). */
enum status mapping_error(int error, const char *verb, const char *name, struct reason *reason);

#endif
