/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proxy's URL and the list of hosts without it, on two lines. No login shows in what is shown,
 * and metadata never goes through a proxy.
 */
#include <string.h>

#include "aws/no_proxy.h"
#include "aws/proxy.h"
#include "base/own.h"
#include "fuzz.h"

static void
taken_check(const struct proxy *proxy)
{
	if (proxy->url[0] == '\0')
		return;
	fuzz_promise(strchr(proxy->url, '@') == NULL && strchr(proxy->name, '@') == NULL,
		"no login shows");
	fuzz_promise(!proxy_is_used(proxy, "http://169.254.169.254/latest/api/token",
			     "169.254.169.254"),
		"metadata goes without it");
	if (proxy->authorization.bytes != NULL)
		fuzz_promise(strpbrk(proxy->authorization.bytes, "\r\n") == NULL,
			"a login is one header line");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_text text = fuzz_text(bytes, length_bytes);
	owned_proxy proxy = {0};
	struct reason reason = {0};
	char *list = text;
	const char *url = strsep(&list, "\n");
	enum status status = proxy_parse(url, list, &proxy, &reason);

	(void)no_proxy_covers(list != NULL ? list : "", "ssm.eu-central-1.amazonaws.com");
	fuzz_promise(!no_proxy_covers("*", "") || no_proxy_covers("*", "a.example"),
		"a star covers all");
	if (status == STATUS_OK) {
		taken_check(&proxy);
		return 0;
	}
	fuzz_reason_check(status, &reason);
	if (strchr(url, '@') != NULL)
		fuzz_unquoted_check(&reason, url);
	return 0;
}
