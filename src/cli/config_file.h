/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /etc/luks-ssm/NAME.conf: a volume's parameters, NAME=VALUE a line, quoted as in an environment
 * file of systemd.exec(5). Not a shell script: nothing is expanded. Must belong to root and be
 * writable by nobody else; it holds no secret.
 */
#ifndef LUKS_SSM_CLI_CONFIG_FILE_H
#define LUKS_SSM_CLI_CONFIG_FILE_H

#include "base/reason.h"
#include "base/secret.h"
#include "creds/variables.h"

/*
 * Reads the file. STATUS_BAD_PARAMETER: not there, not root's, too large, no text;
 * a line that is no assignment, has an open quote, looks like shell, or sets
 * a parameter again. STATUS_UNKNOWN_PARAMETER: a name that is no parameter. The reason names the
 * line. STATUS_NO_MEMORY.
 */
must_use enum status
config_file_read(const char *path, struct variables *ret_variables, struct reason *reason);

/* The second half: what the text says. PATH is for the reason. */
must_use enum status config_text_parse(const struct secret *text, const char *path,
	struct variables *ret_variables, struct reason *reason);

#endif
