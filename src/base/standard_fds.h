/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The descriptors 0, 1 and 2 of a program, before it opens anything else. */
#ifndef LUKS_SSM_BASE_STANDARD_FDS_H
#define LUKS_SSM_BASE_STANDARD_FDS_H

#include <stdbool.h>

/*
 * Opens /dev/null for each of 0, 1 and 2 that the caller left closed: it would become the next file
 * that is opened, and what is meant for stderr would be written there. False when /dev/null cannot
 * be opened.
 */
bool standard_fds_are_open(void);

#endif
