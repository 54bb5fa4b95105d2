/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The regions to ask, in the order to try. For fetch.c. */
#ifndef LUKS_SSM_AWS_REGION_LIST_H
#define LUKS_SSM_AWS_REGION_LIST_H

#include "aws/metadata.h"
#include "aws/parameter_name.h"
#include "aws/request.h"

struct region_list {
	char names[WIRE_LIST_LENGTH][REGION_BYTES];
	size_t count;
};

/*
 * What the configuration names, else the ARN's, else the default of environment or profile, else
 * the instance's own. STATUS_BAD_PARAMETER: it contradicts the ARN, or is a list although the
 * parameter is an ARN or pinned to a version, which is another one in each region.
 * STATUS_NO_REGION, STATUS_METADATA_UNREACHABLE.
 */
must_use enum status
region_list_choose(const struct request *request, const struct parameter_name *name,
	struct metadata *metadata, struct region_list *ret_list, struct reason *reason);

#endif
