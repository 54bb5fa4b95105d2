/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which partition a region belongs to, and the names of its services there.
 * Source: partitions.json and the endpoint rules of botocore; AWS General Reference, «Service
 * endpoints».
 */
#ifndef LUKS_SSM_AWS_PARTITION_H
#define LUKS_SSM_AWS_PARTITION_H

#include <stdbool.h>

#include "aws/url.h"

struct endpoint_choice {
	const char *configured; /* URL; NULL: AWS's own name */
	bool fips;
	bool dual_stack;
};

/*
 * Whether TEXT has the form of a region's name: lower-case letters, digits and dashes, at least two
 * dashes, and a number at the end.
 */
bool region_is_well_formed(const char *text);

/*
 * The endpoint of SERVICE ("ssm", "sts") in REGION. STATUS_BAD_PARAMETER: the region or the
 * configured URL is malformed, a URL is configured together with FIPS or dual-stack, or the
 * region's partition offers no dual-stack.
 */
must_use enum status endpoint_choose(const char *service, const char *region,
	const struct endpoint_choice *choice, struct endpoint *ret_endpoint, struct reason *reason);

#endif
