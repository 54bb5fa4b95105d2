/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: AWS's shared files. What is refused leaves nothing behind. */
#include <stdint.h>
#include <stdlib.h>

#include "creds/ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_ini ini = {0};
	owned_secret text = {0};
	unsigned int line = 0;

	if (secret_copy(bytes, length_bytes, &text) != STATUS_OK)
		abort();
	if (ini_parse(&text, &ini, &line) != STATUS_OK && (ini.count != 0 || line == 0))
		abort();
	(void)ini_section_find(&ini, "profile a");
	return 0;
}
