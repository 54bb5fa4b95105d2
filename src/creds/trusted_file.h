/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a file that decides about credentials: a regular one that belongs to root (or to the user
 * who runs this, where that is an ordinary one) and that nobody else may write. Checked on the
 * opened file, not on its path.
 */
#ifndef LUKS_SSM_CREDS_TRUSTED_FILE_H
#define LUKS_SSM_CREDS_TRUSTED_FILE_H

#include "base/reason.h"
#include "base/secret.h"

/*
 * What others may do with the file: read it, or not even that because it is made for secrets.
 */
enum trusted_reading { TRUSTED_READABLE, TRUSTED_SECRET };

/*
 * WHAT names the file's role in the reason ("environment_file"). STATUS_BAD_PROFILE: absent, not a
 * file, not ours, writable by others, readable by others although READING is TRUSTED_SECRET, or too
 * large. STATUS_NO_MEMORY.
 */
must_use enum status
trusted_bytes_read(const char *path, const char *what, enum trusted_reading reading,
	size_t limit_bytes, struct secret *ret_bytes, struct reason *reason);

/* The same for a text. STATUS_BAD_PROFILE: also with a NUL inside. */
must_use enum status
trusted_file_read(const char *path, const char *what, enum trusted_reading reading,
	size_t limit_bytes, struct secret *ret_text, struct reason *reason);

#endif
