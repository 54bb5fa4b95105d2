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
a_region_is_words_and_a_number(void **state)
{
	(void)state;
	TAKEN(check_region, "eu-central-1", "us-gov-west-1", "us-isob-east-1", "ap-southeast-2",
		"eusc-de-east-1");
	REFUSED(check_region, "eu-central", "eu-1", "EU-central-1", "eu-central-1a",
		"eu--central-1", "eu-central-123", "-1", "eu-central-1 ",
		"eu-central-1.evil.example");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parameter_is_a_name_with_or_without_a_selector),
		cmocka_unit_test(an_arn_carries_its_own_colons),
		cmocka_unit_test(a_parameter_longer_than_ssm_takes_is_refused),
		cmocka_unit_test(a_label_longer_than_ssm_takes_is_refused),
		cmocka_unit_test(a_region_is_words_and_a_number),
		cmocka_unit_test(a_role_is_the_arn_of_one),
		cmocka_unit_test(an_endpoint_is_https),
		cmocka_unit_test(an_endpoint_without_tls_is_for_loopback_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
