/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A passphrase that a person has: from a file, or asked for on the terminal, unseen. */
#ifndef LUKS_SSM_CLI_PASSPHRASE_H
#define LUKS_SSM_CLI_PASSPHRASE_H

#include "base/deadline.h"
#include "base/reason.h"
#include "base/secret.h"

/* Every byte of the file, newlines included. STATUS_BAD_PARAMETER: not to be read, empty, too
 * large. */
must_use enum status
passphrase_read_file(const char *path, struct secret *ret_key, struct reason *reason);

/* Asks on the terminal, without echo; WHAT names the device. STATUS_MISSING_PARAMETER without one,
 * STATUS_INTERRUPTED at its end, STATUS_TIMED_OUT: nobody has typed a line until DEADLINE. */
must_use enum status passphrase_ask(const char *what, struct deadline deadline,
	struct secret *ret_key, struct reason *reason);

#endif
