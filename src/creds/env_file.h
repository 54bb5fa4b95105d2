/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of an environment file as systemd reads it: systemd.exec(5), EnvironmentFile=. Comments,
 * quotes, escapes, continued lines; a line that is no assignment is skipped, as systemd does. Reads
 * no file.
 */
#ifndef LUKS_SSM_CREDS_ENV_FILE_H
#define LUKS_SSM_CREDS_ENV_FILE_H

#include "creds/variables.h"

/*
 * Adds the assignments of TEXT, each with the line on which it begins. STATUS_NO_MEMORY. RET_OPEN,
 * which may be NULL: the line on which an assignment begins that is never finished, because a quote
 * is left open or the last line continues; 0: there is none.
 */
must_use enum status
env_file_parse(const struct secret *text, struct variables *variables, unsigned int *ret_open);

#endif
