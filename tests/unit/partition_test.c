/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Regions, partitions and the names of services; every one that botocore knows, from
 * tests/data/endpoints.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/partition.h"
#include "base/own.h"

static void
resolves(const char *service, const char *region, bool fips, bool dual_stack, const char *host)
{
	const struct endpoint_choice choice = {NULL, fips, dual_stack};
	struct endpoint endpoint;

	assert_int_equal(endpoint_choose(service, region, &choice, &endpoint, NULL), STATUS_OK);
	assert_string_equal(endpoint.host, host);
	assert_true(endpoint.is_https);
}

/* One row of the table: service, region, FIPS, dual-stack, and the URL or a dash. */
static void
row_check(const char *row)
{
	char service[8], region[64], url[200], expected[201];
	int fips = 0, dual_stack = 0;
	struct endpoint endpoint;
	struct reason reason = {0};

	if (sscanf(row, "%7s %63s %d %d %199s", service, region, &fips, &dual_stack, url) != 5)
		fail_msg("no row: %s", row);

	const struct endpoint_choice choice = {NULL, fips != 0, dual_stack != 0};
	enum status status = endpoint_choose(service, region, &choice, &endpoint, &reason);

	if (strcmp(url, "-") == 0) {
		assert_int_equal(status, STATUS_BAD_PARAMETER);
		assert_non_null(strstr(reason.text, region));
		return;
	}
	snprintf(expected, sizeof(expected), "%s/", url);
	if (status != STATUS_OK || strcmp(endpoint.url, expected) != 0)
		fail_msg("%s: %s", row, status == STATUS_OK ? endpoint.url : reason.text);
}

static void
every_region_has_the_endpoints_that_botocore_gives_it(void **state)
{
	const char *source = getenv("top_srcdir");
	char path[600], row[400];
	unsigned int count = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/data/endpoints/botocore.tsv",
		source != NULL ? source : ".");

	owned_file stream = fopen(path, "r");

	if (stream == NULL)
		fail_msg("%s cannot be read", path);
	while (fgets(row, sizeof(row), stream) != NULL) {
		row[strcspn(row, "\n")] = '\0';
		if (row[0] == '#')
			continue;
		row_check(row);
		count++;
	}
	assert_true(count >= 336);
}

static void
each_partition_has_its_suffix(void **state)
{
	(void)state;
	resolves("ssm", "eu-central-1", false, false, "ssm.eu-central-1.amazonaws.com");
	resolves("sts", "us-east-1", false, false, "sts.us-east-1.amazonaws.com");
	resolves("ssm", "cn-north-1", false, false, "ssm.cn-north-1.amazonaws.com.cn");
	resolves("ssm", "us-gov-west-1", false, false, "ssm.us-gov-west-1.amazonaws.com");
	resolves("ssm", "us-iso-east-1", false, false, "ssm.us-iso-east-1.c2s.ic.gov");
	resolves("ssm", "us-isob-east-1", false, false, "ssm.us-isob-east-1.sc2s.sgov.gov");
	resolves("ssm", "eu-isoe-west-1", false, false, "ssm.eu-isoe-west-1.cloud.adc-e.uk");
	resolves("ssm", "us-isof-south-1", false, false, "ssm.us-isof-south-1.csp.hci.ic.gov");
	/* Younger than the table. */
	resolves("ssm", "eusc-de-east-1", false, false, "ssm.eusc-de-east-1.amazonaws.eu");
	resolves("sts", "eusc-de-east-1", true, true,
		"sts-fips.eusc-de-east-1.api.amazonwebservices.eu");
	resolves("ssm", "xx-new-9", false, false, "ssm.xx-new-9.amazonaws.com");
}

static void
fips_and_dual_stack_change_the_name(void **state)
{
	(void)state;
	resolves("ssm", "us-east-1", true, false, "ssm-fips.us-east-1.amazonaws.com");
	resolves("ssm", "us-east-1", false, true, "ssm.us-east-1.api.aws");
	resolves("ssm", "us-east-1", true, true, "ssm-fips.us-east-1.api.aws");
	resolves("ssm", "cn-north-1", false, true, "ssm.cn-north-1.api.amazonwebservices.com.cn");
	/* Its FIPS names are the plain ones. */
	resolves("ssm", "us-gov-west-1", true, false, "ssm.us-gov-west-1.amazonaws.com");
}

static void
a_configured_url_excludes_fips_and_dual_stack(void **state)
{
	struct endpoint_choice choice = {"https://vpce.example", false, false};
	struct endpoint endpoint;

	(void)state;
	assert_int_equal(endpoint_choose("ssm", "us-east-1", &choice, &endpoint, NULL), STATUS_OK);
	assert_string_equal(endpoint.url, "https://vpce.example/");
	choice.fips = true;
	assert_int_equal(endpoint_choose("ssm", "us-east-1", &choice, &endpoint, NULL),
		STATUS_BAD_PARAMETER);
	choice = (struct endpoint_choice){"https://vpce.example", false, true};
	assert_int_equal(endpoint_choose("ssm", "us-east-1", &choice, &endpoint, NULL),
		STATUS_BAD_PARAMETER);
}

static void
what_is_no_region_makes_no_host(void **state)
{
	static const char *const regions[] = {"", "us", "us-east", "US-EAST-1",
		"evil.example/x-y-z", "us-east-1.", "-us-east-1", "us-east-1-", "aws-cn-global",
		"us-east-1a", "a-b-cccccccccccccccccccccccccccccccccccccccccc"};
	const struct endpoint_choice choice = {NULL, false, false};
	struct endpoint endpoint;

	(void)state;
	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++)
		assert_int_equal(endpoint_choose("ssm", regions[i], &choice, &endpoint, NULL),
			STATUS_BAD_PARAMETER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_region_has_the_endpoints_that_botocore_gives_it),
		cmocka_unit_test(each_partition_has_its_suffix),
		cmocka_unit_test(fips_and_dual_stack_change_the_name),
		cmocka_unit_test(a_configured_url_excludes_fips_and_dual_stack),
		cmocka_unit_test(what_is_no_region_makes_no_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
