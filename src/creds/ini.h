/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AWS's shared files: sections of NAME = VALUE, comments, values of several lines, and one level of
 * nesting by indentation («ssm =» and below it «  endpoint_url = …» is the name
 * «ssm.endpoint_url»). Reads no file. Source: AWS SDKs and Tools Reference Guide, «Shared config
 * and credentials files».
 */
#ifndef LUKS_SSM_CREDS_INI_H
#define LUKS_SSM_CREDS_INI_H

#include "creds/variables.h"

struct ini_section {
	char *name;                 /* owned; blanks made single, quotes taken off */
	struct variables variables; /* owned; names in lower case */
};

struct ini {
	struct ini_section *sections; /* owned */
	size_t count;
};

#define owned_ini owned_by(ini_end) struct ini

/*
 * STATUS_BAD_PROFILE: RET_LINE names the line that is neither section, assignment nor comment.
 * STATUS_NO_MEMORY.
 */
must_use enum status
ini_parse(const struct secret *text, struct ini *ret_ini, unsigned int *ret_line);

/* The section, lent, or NULL. */
const struct variables *ini_section_find(const struct ini *ini, const char *name);

void ini_end(struct ini *ini);

#endif
