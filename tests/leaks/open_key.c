/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What start's doer does with secrets, without device-mapper: the plan, the fetch, the key tried on
 * a LUKS header in a file. Parameters as NAME=VALUE; prints the status alone. For tests/leaks,
 * which searches its memory before it ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "../helper/arguments.h"
#include "volume/header.h"
#include "volume/helper_path.h"
#include "volume/key_fetch.h"
#include "volume/luks.h"

const char *
helper_path(void)
{
	return TEST_HELPER;
}

static enum status
key_try(const struct params *params, const struct fetched_key *key, struct deadline deadline,
	struct reason *reason)
{
	owned_header header = HEADER_EMPTY;
	enum status status = header_copy(params->device, &header, reason);

	return status == STATUS_OK ? luks_try_key(&header, &key->key, deadline, reason) : status;
}

int
main(int argc, char **argv)
{
	struct arguments arguments = {argc, argv};
	const char *deadline_ms = argument_find(&arguments, "test_deadline_ms");
	struct deadline deadline = deadline_in_ms(deadline_ms != NULL ? atol(deadline_ms) : 10000);
	struct params params;
	struct reason reason = {0};
	owned_fetched_key key = {0};

	/* As the worker does first of all. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	params_load(argument_find, &arguments, &params);

	enum status status = key_fetch(&params, NULL, 0, deadline, &key, &reason);

	if (status == STATUS_OK)
		status = key_try(&params, &key, deadline, &reason);
	printf("%s\n%s\n", status_code(status), reason.text);
	return 0;
}
