/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file with one token, which somebody renews: that of a web identity, or of a container's
 * authorization. Read anew for each plan.
 */
#ifndef LUKS_SSM_CREDS_TOKEN_FILE_H
#define LUKS_SSM_CREDS_TOKEN_FILE_H

#include "base/reason.h"
#include "base/secret.h"

/*
 * WHAT names the file's role in the reason. STATUS_BAD_PROFILE: not a file to be trusted
 * (trusted_file.h), empty, or not one line that a header can carry. STATUS_NO_MEMORY.
 */
must_use enum status token_file_read(const char *path, const char *what, struct secret *ret_token,
	struct reason *reason);

#endif
