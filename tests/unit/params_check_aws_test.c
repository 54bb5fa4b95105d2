/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Proves what each check of a name of AWS takes and refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checks.h"

#define ACCOUNT "123456789012"
#define ARN "arn:aws:ssm:eu-central-1:" ACCOUNT ":parameter"

static void
a_parameter_is_a_name_with_or_without_a_selector(void **state)
{
	(void)state;
	TAKEN(check_ssm_parameter, "data", "data:3", "data:current", "/prod/data/luks",
		"/prod/data/luks:12", "/prod/a.b-c_d:gold",
		"/aws/reference/secretsmanager/a+b=c@d");
	REFUSED(check_ssm_parameter, "prod/data", "/", "/prod/", "/prod//data", "data:", "data:0",
		"data:3a", "data:awsome", "data:SSM1", "data:a:b", "da ta", "data+x", "data\n");
}

static void
an_arn_carries_its_own_colons(void **state)
{
	(void)state;
	TAKEN(check_ssm_parameter, ARN "/data", ARN "/prod/data:7", ARN "/prod/data:current",
		"arn:aws-us-gov:ssm:us-gov-west-1:" ACCOUNT ":parameter/data");
	REFUSED(check_ssm_parameter, ARN, ARN "/", "arn:aws:ssm:eu-central-1:123:parameter/data",
		"arn:aws:ssm::" ACCOUNT ":parameter/data",
		"arn:aws:s3:eu-central-1:" ACCOUNT ":parameter/data",
		"arn:aws:ssm:eu-central-1:" ACCOUNT ":document/data",
		"arn:AWS:ssm:eu-central-1:" ACCOUNT ":parameter/data",
		"arn:", "arn:aws:ssm:nowhere:" ACCOUNT ":parameter/data");
}

static void
a_parameter_longer_than_ssm_takes_is_refused(void **state)
{
	char name[2050];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[2049] = '\0';
	assert_refused(check_ssm_parameter, name);
	name[2048] = '\0';
	assert_taken(check_ssm_parameter, name);
}

static void
a_label_longer_than_ssm_takes_is_refused(void **state)
{
	char name[2 + 102];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[1] = ':';
	name[2 + 101] = '\0';
	assert_refused(check_ssm_parameter, name);
	name[2 + 100] = '\0';
	assert_taken(check_ssm_parameter, name);
}

static void
regions_are_words_and_a_number_and_none_comes_twice(void **state)
{
	(void)state;
	TAKEN(check_region, "eu-central-1", "us-gov-west-1", "us-isob-east-1", "ap-southeast-2",
		"eusc-de-east-1", "eu-central-1,eu-west-1", "eu-central-1 eu-west-1",
		"us-east-1, us-east-2");
	REFUSED(check_region, "eu-central-1,eu-west-1,eu-central-1", "us-east-1;us-east-2", ",",
		"a-b-1,a-b-2,a-b-3,a-b-4,a-b-5,a-b-6,a-b-7,a-b-8,a-b-9", "eu-central-1,nowhere");
	REFUSED(check_region, "eu-central", "eu-1", "EU-central-1", "eu-central-1a",
		"eu--central-1", "eu-central-123", "-1", "eu-central-1.evil.example");
}

static void
a_role_is_the_arn_of_one(void **state)
{
	(void)state;
	TAKEN(check_role_arn, "arn:aws:iam::" ACCOUNT ":role/reader",
		"arn:aws-cn:iam::" ACCOUNT ":role/path/to/reader");
	REFUSED(check_role_arn, "reader", "arn:aws:iam::" ACCOUNT ":user/reader",
		"arn:aws:iam::" ACCOUNT ":role/",
		"arn:aws:iam:eu-central-1:" ACCOUNT ":role/reader", "arn:aws:iam::12:role/reader",
		"arn:aws:iam::" ACCOUNT ":role/a b");
}

static void
an_endpoint_is_https(void **state)
{
	(void)state;
	TAKEN(check_endpoint, "https://ssm.eu-central-1.amazonaws.com",
		"https://vpce-1.ssm.eu-central-1.vpce.amazonaws.com/", "https://127.0.0.1:8443",
		"https://[fd00::1]:443");
	REFUSED(check_endpoint, "ssm.eu-central-1.amazonaws.com", "ftp://host", "https://",
		"https://host:", "https://host:123456", "https://user@host", "https://host/path",
		"https://host?x", "https://[::1", "https://[]", "HTTPS://host");
}

static void
an_endpoint_without_tls_is_for_loopback_alone(void **state)
{
	(void)state;
	TAKEN(check_endpoint, "http://127.0.0.1:8080", "http://127.1.2.3", "http://[::1]:80/",
		"http://localhost:1");
	REFUSED(check_endpoint, "http://ssm.eu-central-1.amazonaws.com", "http://10.0.0.1",
		"http://127.example.com", "http://localhost.example.com",
		"http://127.0.0.1@example.com", "http://[::2]", "http://127.");
}

static void
a_proxy_carries_no_login_and_none_is_quoted(void **state)
{
	struct reason reason = {0};

	(void)state;
	TAKEN(check_proxy, "http://proxy.example:3128", "https://proxy.example",
		"http://[::1]:8080", "http://10.0.0.1:3128/");
	REFUSED(check_proxy, "proxy.example:3128", "socks5://proxy.example", "http://",
		"http://proxy.example:port", "http://proxy.example/path", "http://[::1",
		"http://a b:80");
	assert_int_equal(check_proxy("https_proxy", "http://me:opensesame@proxy:80", &reason),
		STATUS_BAD_PARAMETER);
	assert_null(strstr(reason.text, "opensesame"));
	assert_non_null(strstr(reason.text, "environment_file"));
	reason_clear(&reason);
	assert_int_equal(check_endpoint("endpoint_url", "https://me:opensesame@ssm", &reason),
		STATUS_BAD_PARAMETER);
	assert_null(strstr(reason.text, "opensesame"));
}

static void
what_goes_around_the_proxy_is_hosts_and_networks(void **state)
{
	(void)state;
	TAKEN(check_no_proxy, "*", "localhost,127.0.0.1,.example,10.0.0.0/8", "[::1], fd00::/8",
		"host:8443");
	REFUSED(check_no_proxy, "http://x?y", "a;b", "a@b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_proxy_carries_no_login_and_none_is_quoted),
		cmocka_unit_test(what_goes_around_the_proxy_is_hosts_and_networks),
		cmocka_unit_test(a_parameter_is_a_name_with_or_without_a_selector),
		cmocka_unit_test(an_arn_carries_its_own_colons),
		cmocka_unit_test(a_parameter_longer_than_ssm_takes_is_refused),
		cmocka_unit_test(a_label_longer_than_ssm_takes_is_refused),
		cmocka_unit_test(regions_are_words_and_a_number_and_none_comes_twice),
		cmocka_unit_test(a_role_is_the_arn_of_one),
		cmocka_unit_test(an_endpoint_is_https),
		cmocka_unit_test(an_endpoint_without_tls_is_for_loopback_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
