/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration, ARN, default, instance. */
#include "aws/region_list.h"

#include <stdio.h>
#include <string.h>

static void
region_add(struct region_list *list, const char *name)
{
	snprintf(list->names[list->count++], REGION_BYTES, "%.63s", name);
}

static enum status
named_check(const struct request *request, const struct parameter_name *name, struct reason *reason)
{
	if (request->region_count > 1 && name->region[0] != '\0')
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"region: the ARN in ssm_parameter lies in %.40s alone; leave the list out",
			name->region);
	if (request->region_count > 1 && name->is_pinned)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"region: versions differ between regions; take :%.20s out of ssm_parameter or name one region",
			name->selector);
	if (name->region[0] != '\0' && strcmp(request->regions[0], name->region) != 0)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"region: %.40s contradicts the ARN in ssm_parameter (%.40s); leave region out",
			request->regions[0], name->region);
	return STATUS_OK;
}

static enum status
named_take(const struct request *request, const struct parameter_name *name,
	struct region_list *list, struct reason *reason)
{
	enum status status = named_check(request, name, reason);

	for (size_t i = 0; status == STATUS_OK && i < request->region_count; i++)
		region_add(list, request->regions[i]);
	return status;
}

enum status
region_list_choose(const struct request *request, const struct parameter_name *name,
	struct metadata *metadata, struct region_list *ret_list, struct reason *reason)
{
	struct region_list list = {0};
	char own[REGION_BYTES];
	enum status status = STATUS_OK;

	if (request->region_count > 0)
		status = named_take(request, name, &list, reason);
	else if (name->region[0] != '\0')
		region_add(&list, name->region);
	else if (request->region_default != NULL)
		region_add(&list, request->region_default);
	else
		status = metadata_region(metadata, request->deadline, own, reason);
	if (status != STATUS_OK)
		return status;
	if (list.count == 0)
		region_add(&list, own);
	*ret_list = list;
	return STATUS_OK;
}
