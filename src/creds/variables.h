/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list of names and values; every value is a secret, because some are. */
#ifndef LUKS_SSM_CREDS_VARIABLES_H
#define LUKS_SSM_CREDS_VARIABLES_H

#include <stddef.h>

#include "base/secret.h"

struct variable {
	char *name;          /* owned */
	struct secret value; /* owned */
	unsigned int line;   /* of a file, where it was set; 0: nobody said */
};

struct variables {
	struct variable *rows; /* owned */
	size_t count;
};

#define owned_variables owned_by(variables_end) struct variables

/* Adds NAME, or gives it a new value; an empty value is kept. STATUS_NO_MEMORY. */
must_use enum status
variables_set(struct variables *variables, const char *name, const char *value, size_t value_bytes);

/* The value, lent; NULL when the name is not there or its value is empty. */
const char *variables_get(const struct variables *variables, const char *name);

/* Says where NAME, which is there, was set; and tells it, 0 when nobody said or NAME is not there.
 */
void variables_set_line(struct variables *variables, const char *name, unsigned int line);
unsigned int variables_line(const struct variables *variables, const char *name);

void variables_end(struct variables *variables);

#endif
