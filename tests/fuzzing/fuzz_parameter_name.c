/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names, selectors and ARNs. What was taken apart is put together again. */
#include <stdio.h>
#include <string.h>

#include "aws/parameter_name.h"
#include "base/own.h"
#include "fuzz.h"

static void
version_check(const struct parameter_name *name)
{
	char written[PARAMETER_NAME_BYTES];
	struct parameter_name again;

	/* A parameter that is itself called so cannot be told from an ARN once a colon follows. */
	if (strcmp(name->base, "arn") == 0)
		return;
	parameter_name_write(name, 7, written);
	fuzz_promise(parameter_name_parse(written, &again, NULL) == STATUS_OK ||
			strlen(written) >= 1999,
		"a name with another version is a name");
	if (strlen(written) >= 1999)
		return;
	fuzz_promise(again.is_pinned && strcmp(again.selector, "7") == 0 &&
			strcmp(again.base, name->base) == 0 &&
			strcmp(again.region, name->region) == 0,
		"only the version is another one");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_text text = fuzz_text(bytes, length_bytes);
	struct parameter_name name;
	struct reason reason = {0};
	char again[PARAMETER_NAME_BYTES];
	enum status status = parameter_name_parse(text, &name, &reason);

	fuzz_promise(strlen(parameter_name_tail(text)) <= 32, "a tail is short");
	if (status != STATUS_OK) {
		fuzz_reason_check(status, &reason);
		return 0;
	}
	parameter_name_write(&name, 0, again);
	if (strlen(name.selector) <= 120)
		fuzz_promise(strcmp(text, again) == 0, "the parts make the name");
	version_check(&name);
	return 0;
}
