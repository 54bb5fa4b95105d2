/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One of our own functions in a child with a deadline, for reads and writes that a dying disk may
 * never finish. The child answers through memory that both share; a child that the kernel keeps (D
 * state) is left behind.
 */
#ifndef LUKS_SSM_VOLUME_BOUNDED_H
#define LUKS_SSM_VOLUME_BOUNDED_H

#include <stddef.h>

#include "base/deadline.h"
#include "base/reason.h"
#include "base/status.h"

/* What the child does. CONTEXT may be written: the parent sees it. */
typedef enum status bounded_function(void *context, struct reason *reason);

/*
 * Runs FUNCTION on a copy of CONTEXT and copies that back when the child has answered; pointers in
 * it stay valid in the child, memory it allocates does not in the parent. Returns what FUNCTION
 * returned, with its reason. STATUS_TIMED_OUT when the deadline came first: "WHAT does not answer";
 * the child is killed, and left behind when the kernel keeps it. STATUS_INTERNAL when the child
 * died, STATUS_NO_MEMORY.
 */
must_use enum status bounded_run(bounded_function *function, const char *what, void *context,
	size_t context_bytes, struct deadline deadline, struct reason *reason);

#endif
