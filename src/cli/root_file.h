/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of settings that root alone may write; what it says is its readers' business. */
#ifndef LUKS_SSM_CLI_ROOT_FILE_H
#define LUKS_SSM_CLI_ROOT_FILE_H

#include "base/reason.h"
#include "base/secret.h"
#include "creds/variables.h"

/* The longest file, in bytes. */
#define ROOT_FILE_BYTES 65536

/*
 * The whole file in a text that the caller owns; OPTION is what named it, for the reason.
 * STATUS_BAD_PARAMETER: not there, not root's, writable by others, too large, a NUL inside.
 * STATUS_NO_MEMORY.
 */
must_use enum status root_file_read(const char *path, const char *option, struct secret *ret_text,
	struct reason *reason);

/* STATUS_BAD_PARAMETER when TEXT begins with a byte order mark, as some editors leave it. */
must_use enum status
root_file_check_start(const struct secret *text, const char *path, struct reason *reason);

/* What a file calls the parameter of that name. */
typedef const char *root_file_word(const char *param);

/*
 * What is wrong with a parameter, said with the file, the line that set it and the file's own WORD
 * for it (NULL: the parameter's). FILE is what PATH said; a parameter that is missing should stand
 * there, and one that it does not name was given elsewhere.
 */
void root_file_locate(const char *path, const struct variables *file, root_file_word *word,
	struct reason *problem);

#endif
