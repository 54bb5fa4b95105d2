/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The partitions, longest prefix first; a region of no known prefix belongs to aws, as in the SDKs.
 */
#include "aws/partition.h"

#include <stdio.h>
#include <string.h>

/* The longest name of a region that is taken, in bytes. */
#define REGION_NAME_BYTES 40

struct partition {
	const char *prefix;
	const char *suffix;
	const char *dual_stack_suffix; /* NULL: not offered there */
	bool plain_fips;               /* ssm and sts serve FIPS under their plain names */
};

static const struct partition partitions[] = {
	{"us-gov-", "amazonaws.com", "api.aws", true},
	{"us-isob-", "sc2s.sgov.gov", NULL, false},
	{"us-isof-", "csp.hci.ic.gov", NULL, false},
	{"us-iso-", "c2s.ic.gov", NULL, false},
	{"eu-isoe-", "cloud.adc-e.uk", NULL, false},
	{"eusc-", "amazonaws.eu", "api.amazonwebservices.eu", false},
	{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", false},
	{"", "amazonaws.com", "api.aws", false},
};

static const struct partition *
partition_find(const char *region)
{
	const struct partition *partition = partitions;

	while (strncmp(region, partition->prefix, strlen(partition->prefix)) != 0)
		partition++;
	return partition;
}

bool
region_is_well_formed(const char *text)
{
	size_t length_bytes = strlen(text), dashes = 0;
	const char *last = strrchr(text, '-');

	if (length_bytes > REGION_NAME_BYTES ||
		strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") != length_bytes)
		return false;
	for (const char *c = text; *c != '\0'; c++)
		dashes += *c == '-' ? 1 : 0;
	/* «aws-cn-global» and its like are no places: every region ends in a number. */
	return dashes >= 2 && text[0] != '-' && last[1] != '\0' &&
		strspn(last + 1, "0123456789") == strlen(last + 1);
}

static enum status
endpoint_configured(const char *service, const struct endpoint_choice *choice,
	struct endpoint *ret_endpoint, struct reason *reason)
{
	char where[40];

	if (choice->fips || choice->dual_stack)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"endpoint_url: cannot be combined with %s; take one of them out",
			choice->fips ? "AWS_USE_FIPS_ENDPOINT" : "AWS_USE_DUALSTACK_ENDPOINT");
	snprintf(where, sizeof(where), "endpoint_url (%.8s)", service);
	return endpoint_parse(choice->configured, URL_TRUST_SERVICE, where, ret_endpoint, reason);
}

enum status
endpoint_choose(const char *service, const char *region, const struct endpoint_choice *choice,
	struct endpoint *ret_endpoint, struct reason *reason)
{
	const struct partition *partition = partition_find(region);
	char url[URL_BYTES];

	if (!region_is_well_formed(region))
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"region: %.40s is not a region's name; correct it", region);
	if (choice->configured != NULL)
		return endpoint_configured(service, choice, ret_endpoint, reason);
	if (choice->dual_stack && partition->dual_stack_suffix == NULL)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"region: %.40s offers no dual-stack endpoint; switch AWS_USE_DUALSTACK_ENDPOINT off",
			region);
	snprintf(url, sizeof(url), "https://%s%s.%s.%s", service,
		choice->fips && !(partition->plain_fips && !choice->dual_stack) ? "-fips" : "",
		region, choice->dual_stack ? partition->dual_stack_suffix : partition->suffix);
	return endpoint_parse(url, URL_TRUST_SERVICE, "region", ret_endpoint, reason);
}
