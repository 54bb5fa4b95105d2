/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one process holds of the volume, and what to call it. Used by holders.c. Reads /proc alone;
 * follows its links to open files by statx(2) with AT_STATX_DONT_SYNC, which walks no path and asks
 * no disk or server.
 */
#ifndef LUKS_SSM_VOLUME_HOLDERS_PROCESS_H
#define LUKS_SSM_VOLUME_HOLDERS_PROCESS_H

#include <stdbool.h>

#include "volume/footprint.h"
#include "volume/holders.h"

/*
 * How PROCESS (a number) holds the volume: "open file", "open device", "working directory", "root
 * directory", "program" or "memory map"; NULL when it does not, or is gone. A constant. MAY_BLOCK
 * as in holder_list_find.
 */
const char *process_use(const char *process, const struct footprint *footprint, bool may_block);

/* Fills the name and the unit of HOLDER. */
void process_describe(const char *process, struct volume_user *holder);

#endif
