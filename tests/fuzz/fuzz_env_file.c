/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: the environment file. Whatever the bytes are, names are names and nothing is lost.
 */
#include <stdint.h>
#include <stdlib.h>

#include "creds/env_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_variables variables = {0};
	owned_secret text = {0};

	if (secret_copy(bytes, length_bytes, &text) != STATUS_OK ||
		env_file_parse(&text, &variables) != STATUS_OK)
		abort();
	for (size_t i = 0; i < variables.count; i++) {
		if (variables.rows[i].name[0] == '\0' ||
			variables.rows[i].value.length_bytes > length_bytes)
			abort();
	}
	return 0;
}
