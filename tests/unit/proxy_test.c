/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Proxies as a configuration writes them, from tests/data/proxies, and what goes around them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/no_proxy.h"
#include "aws/proxy.h"

/* Each file of invalid/ holds one URL; its password, where it has one, is this word. */
#define PASSWORD "opensesame"

static void
takes(const char *text, const char *url, const char *authorization)
{
	owned_proxy proxy = {0};
	struct reason reason = {0};

	if (proxy_parse(text, NULL, &proxy, &reason) != STATUS_OK)
		fail_msg("%s: %s", text, reason.text);
	assert_string_equal(proxy.url, url);
	if (authorization == NULL)
		assert_int_equal(proxy.authorization.length_bytes, 0);
	else
		assert_string_equal(proxy.authorization.bytes, authorization);
}

static void
a_proxy_has_a_scheme_a_host_and_a_port(void **state)
{
	(void)state;
	takes("http://proxy.example:3128", "http://proxy.example:3128", NULL);
	takes("proxy.example:3128", "http://proxy.example:3128", NULL);
	/* Not 1080, which libcurl would take. */
	takes("http://proxy.example/", "http://proxy.example:80", NULL);
	takes("HTTPS://proxy.example", "https://proxy.example:443", NULL);
	takes("http://[::1]:8080", "http://[::1]:8080", NULL);
	takes("http://[::1]", "http://[::1]:80", NULL);
}

static void
a_login_becomes_the_header_of_basic_authentication(void **state)
{
	(void)state;
	/* The example of RFC 7617. */
	takes("http://Aladdin:open%20sesame@proxy:80", "http://proxy:80",
		"Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
	takes("http://a:b@c%40d@proxy:80", "http://proxy:80",
		"Proxy-Authorization: Basic YTpiQGNAZA==");
	takes("http://user@proxy:80", "http://proxy:80", "Proxy-Authorization: Basic dXNlcjo=");
}

static void
no_text_is_no_proxy(void **state)
{
	owned_proxy proxy = {0};

	(void)state;
	assert_int_equal(proxy_parse(NULL, NULL, &proxy, NULL), STATUS_OK);
	assert_false(proxy_is_used(&proxy, "https://ssm.example/", "ssm.example"));
	assert_false(proxy_is_used(NULL, "https://ssm.example/", "ssm.example"));
}

static void
file_check(const char *path, const char *name)
{
	owned_proxy proxy = {0};
	owned_file stream = fopen(path, "r");
	struct reason reason = {0};
	char text[4096] = "";

	if (stream == NULL || fread(text, 1, sizeof(text) - 1, stream) == 0)
		fail_msg("%s cannot be read", path);
	text[strcspn(text, "\n")] = '\0';
	if (proxy_parse(text, NULL, &proxy, &reason) != STATUS_BAD_PARAMETER)
		fail_msg("%s was taken", name);
	if (strstr(reason.text, "bad-parameter: https_proxy") == NULL)
		fail_msg("%s: no word of https_proxy: %s", name, reason.text);
	assert_null(strstr(reason.text, PASSWORD));
	assert_null(proxy.authorization.bytes);
}

static void
malformed_proxies_are_refused_and_not_quoted(void **state)
{
	const char *source = getenv("top_srcdir");
	char folder[600], path[1000];
	struct dirent *entry;
	unsigned int count = 0;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/tests/data/proxies/invalid",
		source != NULL ? source : ".");

	owned_dir directory = opendir(folder);

	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		file_check(path, entry->d_name);
		count++;
	}
	assert_true(count >= 10);
}

static void
only_tls_and_what_no_exception_covers_goes_through_it(void **state)
{
	owned_proxy proxy = {0};

	(void)state;
	assert_int_equal(proxy_parse("http://proxy:80", "vpce.example", &proxy, NULL), STATUS_OK);
	assert_true(proxy_is_used(&proxy, "https://ssm.example/", "ssm.example"));
	assert_false(proxy_is_used(&proxy, "http://127.0.0.1/", "127.0.0.1"));
	assert_false(proxy_is_used(&proxy, "https://a.vpce.example/", "a.vpce.example"));
}

struct exception_case {
	const char *list, *host;
	bool covered;
};

static void
exceptions_are_names_addresses_networks_and_ports(void **state)
{
	static const struct exception_case cases[] = {
		{"*", "ssm.example", true},
		{"example", "ssm.example", true},
		{".example", "ssm.example", true},
		{"*.example", "ssm.EXAMPLE:8443", true},
		{"..example", "ssm.example", true},
		{"ssm.example", "ssm.example", true},
		{"sm.example", "ssm.example", false},
		{"ssm.example", "example", false},
		{"a, b\tssm.example", "ssm.example", true},
		{"ssm.example:443", "ssm.example", true},
		{"ssm.example:8443", "ssm.example", false},
		{"ssm.example:8443", "ssm.example:8443", true},
		{"127.0.0.1", "127.0.0.1:8443", true},
		{"127.0.0.1:8443", "127.0.0.1", false},
		{"0.0.1", "127.0.0.1", false},
		{"10.0.0.0/8", "10.255.0.1", true},
		{"10.0.0.0/9", "10.200.0.1", false},
		{"10.1.2.3/32", "10.1.2.3", true},
		{"0.0.0.0/0", "10.1.2.3", true},
		{"10.0.0.0/33", "10.0.0.0", false},
		{"10.0.0.0/", "10.0.0.0", false},
		{"10.0.0.0/8x", "10.0.0.0", false},
		{"10.0.0.0/8", "ten.example", false},
		{"::1", "[::1]:8443", true},
		{"[::1]", "[::1]", true},
		{"[::1]:443", "[::1]", true},
		{"[::1", "[::1]", false},
		{"fd00:ec2::/32", "[fd00:ec2::254]", true},
		{"fd00:ec2::/32", "[fd01:ec2::254]", false},
		{"fd00::/8", "10.0.0.1", false},
		{"0:0:0:0:0:0:0:1", "[::1]", true},
		{"", "ssm.example", false},
		{" , ,", "ssm.example", false},
		{".", "ssm.example", false},
		{NULL, "ssm.example", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (no_proxy_covers(cases[i].list, cases[i].host) != cases[i].covered)
			fail_msg("no_proxy \"%s\" and %s", cases[i].list, cases[i].host);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_proxy_has_a_scheme_a_host_and_a_port),
		cmocka_unit_test(a_login_becomes_the_header_of_basic_authentication),
		cmocka_unit_test(no_text_is_no_proxy),
		cmocka_unit_test(malformed_proxies_are_refused_and_not_quoted),
		cmocka_unit_test(only_tls_and_what_no_exception_covers_goes_through_it),
		cmocka_unit_test(exceptions_are_names_addresses_networks_and_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
