/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The steps of a start as a test wants them: each writes down that it was called, and fails where
 * it is told to. They take the places of what opens, unlocks, checks and mounts; the kernel is
 * fake_tree's.
 */
#ifndef LUKS_SSM_TESTS_UNIT_FAKE_STEPS_H
#define LUKS_SSM_TESTS_UNIT_FAKE_STEPS_H

#include <stdbool.h>

#include "base/status.h"

#define UUID "1cb16c3d326047efb64a533c7c0653ec"
#define LUKS "CRYPT-LUKS2-" UUID "-vol"
#define STRANGER "CRYPT-LUKS2-00000000000000000000000000000001-vol"
#define ROOT "21 1 0:20 / / rw,relatime - tmpfs tmpfs rw\n"
#define OURS "31 21 254:0 / /srv/vol rw,relatime shared:1 - xfs /dev/mapper/vol rw,noquota\n"

/* What was done, in words; what fails, and how. */
struct story {
	char steps[256];
	const char *fails;
	enum status failure;
	bool read_only_device;
	bool taken_late; /* a stranger mounts on the directory after the first look at it */
	char options[64];
};

extern struct story story;

#endif
