/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The doer of start or stop tells its supervisor what it is about to do, so that a deadline can
 * name it. One byte a phase on a pipe; a closed pipe is ignored (the supervisor is gone, PDEATHSIG
 * follows).
 */
#ifndef LUKS_SSM_VOLUME_PHASE_H
#define LUKS_SSM_VOLUME_PHASE_H

#include "base/deadline.h"

enum phase {
#define PHASE(name, words) PHASE_##name,
#include "volume/phases.def"
#undef PHASE
	PHASE_COUNT
};

/* What a doer has from its supervisor. */
struct doer {
	int phase_fd;    /* borrowed; -1: nobody listens */
	int children_fd; /* borrowed; the shared children lock, to be inherited by this doer's
			    children */
	struct deadline deadline; /* the reserve for undoing is already taken off */
};

/*
 * Start enters UNLOCKING only when it has just seen that no mapping of ours exists, and MOUNTING
 * only when the volume is not mounted: from then on whatever of ours is there was made by this
 * start, and is what a failure has to undo. libcryptsetup unlocks and maps in one call, so a
 * mapping may exist from UNLOCKING on.
 */
void phase_enter(const struct doer *doer, enum phase phase);

/* "fetching the key". Never NULL. */
const char *phase_words(enum phase phase);

#endif
