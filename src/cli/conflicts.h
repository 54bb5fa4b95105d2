/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of fstab and crypttab that would open or mount the volume without us. Reads two files. */
#ifndef LUKS_SSM_CLI_CONFLICTS_H
#define LUKS_SSM_CLI_CONFLICTS_H

#include "base/reason.h"
#include "volume/wanted.h"

/* STATUS_OK when there is none, or no such file; STATUS_BAD_PARAMETER names file and line. */
must_use enum status conflicts_find(const struct wanted *wanted, struct reason *reason);

/* The same for the text of one file; FIELD is which word of a line (0 the first) must not be WORD.
 */
must_use enum status
conflicts_find_in(const char *path, unsigned int field, const char *word, struct reason *reason);

#endif
