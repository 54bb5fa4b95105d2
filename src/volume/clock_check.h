/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether this node's clock can be right, as far as the node itself can tell: AWS refuses what is
 * signed more than minutes off, and certificates are judged by it. Asks nobody.
 */
#ifndef LUKS_SSM_VOLUME_CLOCK_CHECK_H
#define LUKS_SSM_VOLUME_CLOCK_CHECK_H

#include <stddef.h>

enum clock_trust {
	CLOCK_GOOD,
	CLOCK_UNKEPT, /* adjtimex(2), STA_UNSYNC: nothing keeps it */
	CLOCK_WRONG   /* it stands before this program was written */
};

/* What is to be said of the clock, a line without the end, and how bad it is. */
enum clock_trust clock_look(size_t room_bytes, char *ret_text);

/*
 * Warns in the log of a clock that stands before this program was written, and notes one that
 * nothing keeps (adjtimex(2), STA_UNSYNC). No failure: start corrects itself by AWS's own clock,
 * and a node may be kept right by its hypervisor.
 */
void clock_check(void);

#endif
