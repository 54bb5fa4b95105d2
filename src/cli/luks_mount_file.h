/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /etc/default/luks-mount, the file of the script that this program replaces: LUKS_DEVICE and the
 * like, SSM_PATH, SSM_REGION, and variables for AWS and the proxy. An environment file of
 * systemd.exec(5), not a shell script; what it says besides is ignored. It is read, never written.
 */
#ifndef LUKS_SSM_CLI_LUKS_MOUNT_FILE_H
#define LUKS_SSM_CLI_LUKS_MOUNT_FILE_H

#include "base/reason.h"
#include "creds/variables.h"

/*
 * What the file says, under the names of our parameters. Has it AWS_… or proxy variables, then
 * environment_file names it, too, and whoever makes the plan reads them there.
 * STATUS_BAD_PARAMETER: not there, not root's, too large, a byte order mark, an open quote, shell
 * syntax in a value that is used; the reason says that no shell reads it. STATUS_NO_MEMORY.
 */
must_use enum status
luks_mount_file_read(const char *path, struct variables *ret_variables, struct reason *reason);

/* The second half: what the text says. PATH is for the reason, and for environment_file. */
must_use enum status luks_mount_text_parse(const struct secret *text, const char *path,
	struct variables *ret_variables, struct reason *reason);

/* The variable that sets our parameter of that name; PARAM itself where none does. */
const char *luks_mount_word(const char *param);

/* A reason that ends with our word for what is not set in the file of PATH, in the file's own. */
void luks_mount_reword(const char *path, struct reason *reason);

#endif
