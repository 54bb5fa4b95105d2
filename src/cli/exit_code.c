/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Status to exit code. */
#include "cli/exit_code.h"

#include "ocf_exit.h"

int
exit_code_of(enum status status)
{
	int code = ocf_code_of_failure(status, OCF_DOING_START);

	if (status == STATUS_NOT_ACTIVE)
		return EXIT_NOT_UP;
	/* «On no node» is a thing of clusters. */
	return code == OCF_ERR_CONFIGURED ? OCF_ERR_ARGS : code;
}
