/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: endpoint URLs. What is taken is https, or http to a host of few. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/url.h"
#include "base/own.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_text text = strndup((const char *)bytes, length_bytes);
	struct endpoint endpoint;

	if (text == NULL ||
		endpoint_parse(text, URL_TRUST_SERVICE, "x", &endpoint, NULL) != STATUS_OK)
		return 0;
	if (!endpoint.is_https && strncmp(endpoint.host, "127.", 4) != 0 &&
		strncmp(endpoint.host, "[::1]", 5) != 0 &&
		strncasecmp(endpoint.host, "localhost", 9) != 0)
		abort();
	if (strpbrk(endpoint.host, "@/?# ") != NULL)
		abort();
	return 0;
}
