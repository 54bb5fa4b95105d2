/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Expiration of credentials: no time at all, or one that written anew is the same. */
#include <string.h>
#include <time.h>

#include "aws/credentials.h"
#include "base/own.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_text text = fuzz_text(bytes, length_bytes);
	char again[64];
	struct tm parts;
	int64_t when_s = timestamp_parse(text);
	time_t when = (time_t)when_s;

	if (when_s == 0)
		return 0;
	fuzz_promise(gmtime_r(&when, &parts) != NULL, "it is a time");
	if (parts.tm_year + 1900 < 1000 || parts.tm_year + 1900 > 9999)
		return 0;
	fuzz_promise(strftime(again, sizeof(again), "%Y-%m-%dT%H:%M:%SZ", &parts) > 0, "it fits");
	fuzz_promise(timestamp_parse(again) == when_s, "it is the same time again");
	return 0;
}
