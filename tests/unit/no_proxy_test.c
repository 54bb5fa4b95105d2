/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which hosts a NO_PROXY list covers: whole names, whole labels, whole networks, and no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "aws/no_proxy.h"

struct row {
	const char *list, *host;
};

static void
assert_rows(const struct row *rows, size_t count, bool covered)
{
	for (size_t i = 0; i < count; i++) {
		if (no_proxy_covers(rows[i].list, rows[i].host) != covered)
			fail_msg("\"%s\" %s %s", rows[i].list,
				covered ? "does not cover" : "covers", rows[i].host);
	}
}

#define ASSERT_ROWS(rows, covered) assert_rows(rows, sizeof(rows) / sizeof((rows)[0]), covered)

static void
a_name_covers_itself_and_what_is_below_it(void **state)
{
	static const struct row rows[] = {
		{"amazonaws.com", "amazonaws.com"},
		{"amazonaws.com", "ssm.eu-west-1.amazonaws.com"},
		{".amazonaws.com", "ssm.eu-west-1.amazonaws.com"},
		{"*.amazonaws.com", "ssm.eu-west-1.amazonaws.com"},
		{"AmazonAWS.com", "ssm.eu-west-1.amazonaws.COM"},
		{"other, amazonaws.com", "amazonaws.com"},
		{"other amazonaws.com", "amazonaws.com"},
		{",, ,amazonaws.com,", "amazonaws.com"},
		{"*", "anything"},
	};

	(void)state;
	ASSERT_ROWS(rows, true);
}

static void
half_a_label_covers_nothing(void **state)
{
	static const struct row rows[] = {
		{NULL, "amazonaws.com"},
		{"", "amazonaws.com"},
		{".", "amazonaws.com"},
		{"*.", "amazonaws.com"},
		{"aws.com", "amazonaws.com"},
		{"ssm.amazonaws.com", "amazonaws.com"},
		{"amazonaws.com.", "amazonaws.com"},
		{"amazonaws", "amazonaws.com"},
		{"*aws.com", "amazonaws.com"},
	};

	(void)state;
	ASSERT_ROWS(rows, false);
}

static void
a_port_restricts_to_that_port(void **state)
{
	static const struct row covered[] = {
		{"host:8443", "host:8443"},
		{"host:443", "host"},
		{"host", "host:8443"},
		{"[fd00::1]:443", "[fd00::1]"},
	};
	static const struct row not_covered[] = {
		{"host:8443", "host"},
		{"host:8443", "host:8444"},
		{"host:443", "host:8443"},
		{"host:", "host"},
	};

	(void)state;
	ASSERT_ROWS(covered, true);
	ASSERT_ROWS(not_covered, false);
}

static void
a_network_covers_its_addresses_to_the_bit(void **state)
{
	static const struct row covered[] = {
		{"10.0.0.0/8", "10.255.0.1"},
		{"192.168.4.0/22", "192.168.7.255"},
		{"0.0.0.0/0", "203.0.113.9"},
		{"10.1.2.3/32", "10.1.2.3"},
		{"fd00::/8", "[fdff::1]:8443"},
		{"fd00::1/128", "[fd00::1]"},
		{"10.1.2.3", "10.1.2.3"},
		{"fd00:0::1", "[fd00::1]"},
	};
	static const struct row not_covered[] = {
		{"10.0.0.0/8", "11.0.0.1"},
		{"192.168.4.0/22", "192.168.8.0"},
		{"10.0.0.0/33", "10.0.0.1"},
		{"fd00::/129", "[fd00::1]"},
		{"10.0.0.0/", "10.0.0.1"},
		{"10.0.0.0/8x", "10.0.0.1"},
		{"10.0.0.0/-1", "10.0.0.1"},
		{"/8", "10.0.0.1"},
		{"name/8", "name"},
		{"10.0.0.0/8", "name"},
		{"::/0", "10.0.0.1"},
		{"0.1", "10.0.0.1"},
	};

	(void)state;
	ASSERT_ROWS(covered, true);
	ASSERT_ROWS(not_covered, false);
}

static void
what_is_longer_than_any_name_is_passed_over(void **state)
{
	char list[700], host[400];

	(void)state;
	memset(list, 'a', sizeof(list));
	strcpy(list + 600, ",host");
	assert_true(no_proxy_covers(list, "host"));
	memset(host, 'a', sizeof(host));
	host[sizeof(host) - 1] = '\0';
	assert_false(no_proxy_covers("*", host));
	assert_false(no_proxy_covers("host", "[fd00::1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_covers_itself_and_what_is_below_it),
		cmocka_unit_test(half_a_label_covers_nothing),
		cmocka_unit_test(a_port_restricts_to_that_port),
		cmocka_unit_test(a_network_covers_its_addresses_to_the_bit),
		cmocka_unit_test(what_is_longer_than_any_name_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
