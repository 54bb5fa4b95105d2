/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each status means to an administrator, from explain.def. */
#ifndef LUKS_SSM_CLI_EXPLAIN_H
#define LUKS_SSM_CLI_EXPLAIN_H

#include "base/status.h"

/* One sentence each; NULL for STATUS_OK and for a number outside the enum. */
const char *explain_meaning(enum status status);
const char *explain_help(enum status status);

#endif
