/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which endpoints may be spoken to, and their Host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "aws/url.h"

static void
takes(const char *text, enum url_trust trust, const char *url, const char *host)
{
	struct endpoint endpoint;
	struct reason reason = {0};

	if (endpoint_parse(text, trust, "where", &endpoint, &reason) != STATUS_OK)
		fail_msg("%s: %s", text, reason.text);
	assert_string_equal(endpoint.url, url);
	assert_string_equal(endpoint.host, host);
}

static void
refuses(const char *text, enum url_trust trust)
{
	struct endpoint endpoint;
	struct reason reason = {0};

	if (endpoint_parse(text, trust, "where", &endpoint, &reason) != STATUS_BAD_PARAMETER)
		fail_msg("%s was taken", text);
	assert_non_null(strstr(reason.text, "bad-parameter: where: "));
}

static void
https_goes_anywhere_and_the_port_is_part_of_the_host(void **state)
{
	(void)state;
	takes("https://ssm.example", URL_TRUST_SERVICE, "https://ssm.example/", "ssm.example");
	takes("https://ssm.example:443/", URL_TRUST_SERVICE, "https://ssm.example/", "ssm.example");
	takes("https://ssm.example:8443", URL_TRUST_SERVICE, "https://ssm.example:8443/",
		"ssm.example:8443");
	takes("https://[2001:db8::1]:8443", URL_TRUST_SERVICE, "https://[2001:db8::1]:8443/",
		"[2001:db8::1]:8443");
}

/* libcurl would decode the first to a number, and connect to the address that the number means. */
static void
an_escape_in_a_host_is_refused(void **state)
{
	(void)state;
	refuses("https://2%30706433", URL_TRUST_SERVICE);
	refuses("http://%6cocalhost", URL_TRUST_SERVICE);
	refuses("http://2%3130706433:3128", URL_TRUST_PROXY);
	refuses("https://[fe80::1%25eth0]", URL_TRUST_SERVICE);
}

static void
http_goes_to_loopback_only(void **state)
{
	(void)state;
	takes("http://127.0.0.1:8080", URL_TRUST_SERVICE, "http://127.0.0.1:8080/",
		"127.0.0.1:8080");
	takes("http://127.1.2.3", URL_TRUST_SERVICE, "http://127.1.2.3/", "127.1.2.3");
	takes("http://[::1]:80", URL_TRUST_SERVICE, "http://[::1]/", "[::1]");
	takes("http://localhost", URL_TRUST_SERVICE, "http://localhost/", "localhost");
	refuses("http://ssm.example", URL_TRUST_SERVICE);
	refuses("http://localhost.example", URL_TRUST_SERVICE);
	refuses("http://127.0.0.1.example", URL_TRUST_SERVICE);
	refuses("http://169.254.169.254", URL_TRUST_SERVICE);
	refuses("http://[::2]", URL_TRUST_SERVICE);
}

static void
metadata_addresses_are_trusted_for_metadata_only(void **state)
{
	(void)state;
	takes("http://169.254.169.254", URL_TRUST_METADATA, "http://169.254.169.254/",
		"169.254.169.254");
	takes("http://[fd00:ec2::254]", URL_TRUST_METADATA, "http://[fd00:ec2::254]/",
		"[fd00:ec2::254]");
	refuses("http://169.254.169.253", URL_TRUST_METADATA);
	refuses("http://10.0.0.1", URL_TRUST_METADATA);
}

static void
nothing_but_a_host_is_taken(void **state)
{
	static const char *const urls[] = {"", "ssm.example", "https://", "https://u@h",
		"https://u:p@h", "https://h/p", "https://h?q", "https://h#f", "https://h:99999",
		"https://h h", "ftp://127.0.0.1", "file:///etc/passwd", "https:/h/../x", "//h"};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		refuses(urls[i], URL_TRUST_SERVICE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(https_goes_anywhere_and_the_port_is_part_of_the_host),
		cmocka_unit_test(an_escape_in_a_host_is_refused),
		cmocka_unit_test(http_goes_to_loopback_only),
		cmocka_unit_test(metadata_addresses_are_trusted_for_metadata_only),
		cmocka_unit_test(nothing_but_a_host_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
