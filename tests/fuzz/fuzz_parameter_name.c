/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: names, selectors and ARNs. What was taken apart is put together again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/parameter_name.h"
#include "base/own.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_text text = strndup((const char *)bytes, length_bytes);
	struct parameter_name name;
	char again[PARAMETER_NAME_BYTES];

	if (text == NULL || parameter_name_parse(text, &name, NULL) != STATUS_OK)
		return 0;
	parameter_name_write(&name, 0, again);
	if (strlen(name.selector) < 120 && strcmp(text, again) != 0)
		abort();
	return 0;
}
