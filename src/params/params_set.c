/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What two values say against each other. Each value has passed its own check before; nothing but
 * text is looked at.
 */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "params/params_check.h"

/*
 * The region inside an ARN that check_ssm_parameter has passed: its fourth field. Returns 0 for a
 * plain name.
 */
static size_t
arn_region(const char *arn, const char **ret_region)
{
	if (arn == NULL || strncmp(arn, "arn:", strlen("arn:")) != 0)
		return 0;
	for (int field = 0; field < 3; field++)
		arn = strchr(arn, ':') + 1;
	*ret_region = arn;
	return strcspn(arn, ":");
}

/* A selector of digits alone; the name has passed its check. */
static bool
name_is_pinned(const char *name)
{
	const char *colon = name != NULL ? strrchr(name, ':') : NULL;

	return colon != NULL && colon[1] >= '0' && colon[1] <= '9';
}

/* A list reaches the same parameter in several regions; an ARN and a version belong to one. */
static void
region_list_check(const struct params *params, struct reason *reason)
{
	const char *cursor = params->region, *region = NULL;

	if (cursor == NULL || params->ssm_parameter == NULL)
		return;
	region_list_next(&cursor, &region);
	if (region_list_next(&cursor, &region) == 0)
		return;
	if (arn_region(params->ssm_parameter, &region) > 0)
		reason_set(reason, STATUS_BAD_PARAMETER,
			"region=%.60s: the ARN in ssm_parameter lies in one region; leave region out",
			params->region);
	else if (name_is_pinned(params->ssm_parameter))
		reason_set(reason, STATUS_BAD_PARAMETER,
			"region=%.60s: a version is another one in each region; name one region or take the version out of ssm_parameter",
			params->region);
}

static void
region_check(const struct params *params, struct reason *reason)
{
	const char *region = NULL;
	size_t length_bytes = arn_region(params->ssm_parameter, &region);

	if (length_bytes == 0 || params->region == NULL)
		return;
	if (strlen(params->region) != length_bytes ||
		strncmp(region, params->region, length_bytes) != 0)
		reason_set(reason, STATUS_BAD_PARAMETER,
			"region=%s: the ARN in ssm_parameter says %.*s; leave region out",
			params->region, (int)length_bytes, region);
}

/* A UUID that is named twice must be one. */
static void
uuid_check(const struct params *params, struct reason *reason)
{
	if (params->luks_uuid == NULL || params->device == NULL ||
		strncmp(params->device, "UUID=", strlen("UUID=")) != 0)
		return;
	if (strcasecmp(params->luks_uuid, params->device + strlen("UUID=")) != 0)
		reason_set(reason, STATUS_BAD_PARAMETER,
			"luks_uuid=%s: device names another UUID; keep one of them",
			params->luks_uuid);
}

static void
fsck_check(const struct params *params, struct reason *reason)
{
	if (strcmp(params->run_fsck, "force") != 0)
		return;
	if (params->read_only || option_list_has(params->options, "ro"))
		reason_set(reason, STATUS_BAD_PARAMETER,
			"run_fsck=force: a read-only volume cannot be repaired; set auto or no");
	if (strcmp(params->fstype, "xfs") == 0 || strcmp(params->fstype, "btrfs") == 0)
		reason_set(reason, STATUS_BAD_PARAMETER,
			"run_fsck=force: %s is never repaired by start; set auto or no",
			params->fstype);
}

void
params_check_set(const struct params *params, struct reason *reason)
{
	region_list_check(params, reason);
	region_check(params, reason);
	uuid_check(params, reason);
	fsck_check(params, reason);
	if (params->external_id != NULL && params->role_arn == NULL)
		reason_set(reason, STATUS_BAD_PARAMETER,
			"external_id: means nothing without role_arn; set that or leave this out");
	if (params->read_only && option_list_has(params->options, "rw"))
		reason_set(reason, STATUS_BAD_PARAMETER,
			"options: \"rw\" contradicts read_only=yes; take one of them out");
}
