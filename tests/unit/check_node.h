/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A made-up node for the tests of validate-all: what reads disks or asks the kernel answers from
 * here. */
#ifndef LUKS_SSM_TESTS_UNIT_CHECK_NODE_H
#define LUKS_SSM_TESTS_UNIT_CHECK_NODE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/status.h"

#define CHECK_NODE_UUID "1cb16c3d326047efb64a533c7c0653ec"

/* Who runs this, what is there, what a step comes to. */
struct check_node {
	uid_t user;
	bool has_helper, has_user, has_dm_crypt, read_only_device;
	uint64_t kdf_kib;
	const char *fails;
	enum status failure;
	bool key_was_tried;
	const char *inside; /* what the mapping holds */
	bool header_hangs, in_child;
	int clock_checks;
};

extern struct check_node node;

#endif
