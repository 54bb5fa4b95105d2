/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name under which an SSM parameter is asked for: NAME, NAME:VERSION, NAME:LABEL or an ARN with
 * the same endings. Source: AWS Systems Manager API reference, GetParameter; a label never begins
 * with a digit.
 */
#ifndef LUKS_SSM_AWS_PARAMETER_NAME_H
#define LUKS_SSM_AWS_PARAMETER_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reason.h"

#define PARAMETER_NAME_BYTES 2128

struct parameter_name {
	char base[PARAMETER_NAME_BYTES]; /* without the selector */
	char selector[128];              /* "" when there is none */
	char region[64];                 /* of an ARN, else "" */
	bool is_pinned;                  /* the selector is a version number */
	bool is_secret_reference;        /* lies in Secrets Manager: has no versions here */
};

/* STATUS_BAD_PARAMETER when it is no name at all or an ARN of another service. */
must_use enum status
parameter_name_parse(const char *text, struct parameter_name *ret_name, struct reason *reason);

/* What goes out: with VERSION in place of the selector unless it is 0. */
void parameter_name_write(const struct parameter_name *name, uint64_t version,
	char ret_text[static PARAMETER_NAME_BYTES]);

/* The last 32 bytes of a long name, for messages; lent by NAME. */
const char *parameter_name_tail(const char *name);

#endif
