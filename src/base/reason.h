/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why something failed, in one line for the person on call: stable code, object, cause, next step.
 * Written once, at the innermost place that knows; it becomes the exit reason, the log line and the
 * command's message. Never holds a secret and never quotes a rejected one.
 */
#ifndef LUKS_SSM_BASE_REASON_H
#define LUKS_SSM_BASE_REASON_H

#include "base/status.h"

/* Size of a reason with its final NUL, in bytes. A longer text is cut in its middle. */
#define REASON_BYTES 200

struct reason {
	enum status status;
	char text[REASON_BYTES];
};

/*
 * Writes "CODE: text" into an empty reason and returns STATUS, so that a failing function can say
 * `return reason_set(reason, STATUS_NO_DEVICE, "%s is not there; check the attachment", path);`.
 * A reason that is already written keeps its first text and status. Control characters become '?':
 * one line, always. REASON may be NULL: then only the status is handed back.
 */
enum status reason_set(struct reason *reason, enum status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Hands a reason on to the caller's, with its code and its text as they are, and returns its
 * status. An empty one is not handed on, and a reason that is already written keeps its text.
 * REASON may be NULL.
 */
enum status reason_pass(const struct reason *from, struct reason *reason);

/* Empties a reason, for a caller that tries again. */
void reason_clear(struct reason *reason);

#endif
