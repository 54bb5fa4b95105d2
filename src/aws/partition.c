/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The partitions, longest prefix first; a region of no known prefix belongs to aws, as in the SDKs.
 */
#include "aws/partition.h"

#include <stdio.h>
#include <string.h>

struct partition {
	const char *prefix;
	const char *suffix;
	const char *dual_stack_suffix;
	bool plain_fips; /* ssm and sts serve FIPS under their plain names */
};

static const struct partition partitions[] = {
	{"us-gov-", "amazonaws.com", "api.aws", true},
	{"us-isob-", "sc2s.sgov.gov", "api.aws.scloud", false},
	{"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", false},
	{"us-iso-", "c2s.ic.gov", "api.aws.ic.gov", false},
	{"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", false},
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

	if (length_bytes > 40 ||
		strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") != length_bytes)
		return false;
	for (const char *c = text; *c != '\0'; c++)
		dashes += *c == '-' ? 1 : 0;
	return dashes >= 2 && text[0] != '-' && text[length_bytes - 1] != '-';
}

enum status
endpoint_choose(const char *service, const char *region, const struct endpoint_choice *choice,
	struct endpoint *ret_endpoint, struct reason *reason)
{
	const struct partition *partition = partition_find(region);
	char url[URL_BYTES];

	if (!region_is_well_formed(region))
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"region: %.40s is not a region's name", region);
	if (choice->configured != NULL && (choice->fips || choice->dual_stack))
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"endpoint_url: cannot be combined with AWS_USE_FIPS_ENDPOINT or AWS_USE_DUALSTACK_ENDPOINT");
	if (choice->configured != NULL)
		return endpoint_parse(choice->configured, URL_TRUST_SERVICE, "endpoint_url",
			ret_endpoint, reason);
	snprintf(url, sizeof(url), "https://%s%s.%s.%s", service,
		choice->fips && !(partition->plain_fips && !choice->dual_stack) ? "-fips" : "",
		region, choice->dual_stack ? partition->dual_stack_suffix : partition->suffix);
	return endpoint_parse(url, URL_TRUST_SERVICE, "region", ret_endpoint, reason);
}
