/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells the supervisor, the log and a trace what the doer turns to. See phase.h.
 */
#include "volume/phase.h"

#include <unistd.h>

#include "base/log.h"

void
phase_enter(const struct doer *doer, enum phase phase)
{
	unsigned char byte = (unsigned char)phase;

	log_step("%s", phase_words(phase));
	if (doer->phase_fd < 0)
		return;
	/* Nobody to tell any more: the supervisor has died, and the death signal is on its way. */
	if (write(doer->phase_fd, &byte, sizeof(byte)) < 0)
		log_debug("the supervisor no longer listens");
}

const char *
phase_words(enum phase phase)
{
	switch (phase) {
#define PHASE(name, words) \
	case PHASE_##name: \
		return words;
#include "volume/phases.def"
#undef PHASE
	case PHASE_COUNT:
		break;
	}
	return "working";
}
