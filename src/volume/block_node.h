/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a path says of a block device, by stat(2) alone: nothing is opened. */
#ifndef LUKS_SSM_VOLUME_BLOCK_NODE_H
#define LUKS_SSM_VOLUME_BLOCK_NODE_H

#include <stdbool.h>
#include <sys/types.h>

/* The number of the block device at PATH, links followed. False when there is none; errno is 0 when
 * it is something else. */
bool block_node_number(const char *path, dev_t *ret_number);

#endif
