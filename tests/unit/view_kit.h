/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What view_test and view_identity_test share: a volume on the made-up kernel, and looking at it.
 * For these two alone.
 */
#ifndef LUKS_SSM_TESTS_UNIT_VIEW_KIT_H
#define LUKS_SSM_TESTS_UNIT_VIEW_KIT_H

#include "fake_tree.h"
#include "volume/view.h"

#define UUID "1cb16c3d326047efb64a533c7c0653ec"
#define LUKS "CRYPT-LUKS2-" UUID "-vol"
#define OTHER_LUKS "CRYPT-LUKS2-00000000000000000000000000000001-vol"
#define ROOT "21 1 0:20 / / rw,relatime - tmpfs tmpfs rw\n"
#define OURS "31 21 254:0 / /srv/vol rw,relatime shared:1 - xfs /dev/mapper/vol rw,noquota\n"

/* The path of a parameter is absolute; the made-up node is not, so it is named by its serial. */
#define BY_SERIAL \
	{ \
		.device = "vol-0123456789abcdef0", .directory = "/srv/vol" \
	}

/* By a path that the made-up kernel has; by the LUKS UUID alone. */
extern const struct params ordinary, pinned;

/* Looks, and hands out the reason's status with the state. */
enum state view_look(const struct params *params, enum status *ret_why);

/* Fails the test unless a look finds this state for this reason. */
void expect(const struct params *params, enum state state, enum status why);

/* Opens the volume, unmounted, as 254:0 on nvme1n1. Returns the mapping, to be changed. */
struct dm_device *open_volume(void);

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, fake_tree_begin, fake_tree_end)

#endif
