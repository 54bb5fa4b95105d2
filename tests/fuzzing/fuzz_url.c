/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Endpoint URLs. What is taken is https, or http to a host of few; its own URL is taken again and
 * means the same.
 */
#include <string.h>
#include <strings.h>

#include "aws/url.h"
#include "base/own.h"
#include "fuzz.h"

static bool
host_may_be_plain(const char *host, enum url_trust trust)
{
	static const char *const loopback[] = {"127.", "[::1]", "localhost", NULL};
	static const char *const metadata[] = {"169.254.", "[fd00:ec2::", NULL};

	for (size_t i = 0; loopback[i] != NULL; i++) {
		if (strncasecmp(host, loopback[i], strlen(loopback[i])) == 0)
			return true;
	}
	for (size_t i = 0; trust == URL_TRUST_METADATA && metadata[i] != NULL; i++) {
		if (strncasecmp(host, metadata[i], strlen(metadata[i])) == 0)
			return true;
	}
	return trust == URL_TRUST_PROXY;
}

static void
endpoint_check(const char *text, enum url_trust trust)
{
	struct endpoint endpoint, again;
	struct reason reason = {0};
	enum status status = endpoint_parse(text, trust, "x", &endpoint, &reason);

	if (status != STATUS_OK) {
		fuzz_reason_check(status, &reason);
		fuzz_unquoted_check(&reason, text);
		return;
	}
	fuzz_promise(endpoint.is_https || host_may_be_plain(endpoint.host, trust),
		"plain http goes to few hosts");
	fuzz_promise(endpoint.host[0] != '\0' && strpbrk(endpoint.host, "@/?# \t\r\n") == NULL,
		"the host is a host");
	fuzz_promise(strpbrk(endpoint.url, "@?# \t\r\n") == NULL, "the URL is one");
	fuzz_promise(endpoint_parse(endpoint.url, trust, "x", &again, NULL) == STATUS_OK,
		"its own URL is taken");
	fuzz_promise(strcmp(endpoint.url, again.url) == 0 &&
			strcmp(endpoint.host, again.host) == 0 &&
			endpoint.is_https == again.is_https,
		"its own URL means the same");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_text text = fuzz_text(bytes, length_bytes);

	endpoint_check(text, URL_TRUST_SERVICE);
	endpoint_check(text, URL_TRUST_METADATA);
	endpoint_check(text, URL_TRUST_PROXY);
	return 0;
}
