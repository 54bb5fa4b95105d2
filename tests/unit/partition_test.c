/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Regions, partitions and the names of services. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "aws/partition.h"

static void
resolves(const char *service, const char *region, bool fips, bool dual_stack, const char *host)
{
	const struct endpoint_choice choice = {NULL, fips, dual_stack};
	struct endpoint endpoint;

	assert_int_equal(endpoint_choose(service, region, &choice, &endpoint, NULL), STATUS_OK);
	assert_string_equal(endpoint.host, host);
	assert_true(endpoint.is_https);
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
	resolves("ssm", "eusc-de-east-1", false, false, "ssm.eusc-de-east-1.amazonaws.eu");
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
		"evil.example/x-y-z", "us-east-1.", "-us-east-1", "us-east-1-",
		"a-b-cccccccccccccccccccccccccccccccccccccccccc"};
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
		cmocka_unit_test(each_partition_has_its_suffix),
		cmocka_unit_test(fips_and_dual_stack_change_the_name),
		cmocka_unit_test(a_configured_url_excludes_fips_and_dual_stack),
		cmocka_unit_test(what_is_no_region_makes_no_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
