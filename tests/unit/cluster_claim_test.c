/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A volume that a resource of Pacemaker names is claimed, whatever the agent; no other is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cli/cluster_claim.h"

#define PAIR(name, value) "<nvpair id=\"x\" name=\"" name "\" value=\"" value "\"/>"
#define DEVICE PAIR("device", "/dev/disk/by-id/nvme-data")
#define GROUP(meta, members) \
	"<group id=\"g\">" members "<meta_attributes id=\"m\">" meta "</meta_attributes></group>"
#define RESOURCE(id, provider, pairs) \
	"<primitive id=\"" id "\" class=\"ocf\" provider=\"" provider "\" type=\"t\">" \
	"<instance_attributes id=\"i\">" pairs "</instance_attributes></primitive>"

static const struct params params = {.device = "/dev/disk/by-id/nvme-data",
	.directory = "/srv/a&b"};
static const struct wanted wanted = {.params = &params,
	.instance = "data",
	.map_name = "data",
	.pin = "0123456789abcdef0123456789abcdef"};

static enum status
claim(const char *text, struct reason *reason)
{
	*reason = (struct reason){0};
	return cluster_claim_find(text, &wanted, reason);
}

static void
whatever_names_the_volume_claims_it_and_is_named(void **state)
{
	static const char *const texts[] = {
		RESOURCE("res", "luks-ssm", PAIR("device", "/dev/disk/by-id/nvme-data")),
		RESOURCE("res", "luks-ssm", PAIR("map_name", "data")),
		RESOURCE("res", "luks-ssm",
			PAIR("luks_uuid", "01234567-89ab-cdef-0123-456789abcdef")),
		RESOURCE("res", "luks-ssm",
			PAIR("device", "UUID=01234567-89ab-cdef-0123-456789ABCDEF")),
		RESOURCE("res", "heartbeat", PAIR("directory", "/srv/a&amp;b")),
		RESOURCE("res", "heartbeat", PAIR("device", "/dev/mapper/data")),
		GROUP(PAIR("is-managed", "true"), RESOURCE("res", "luks-ssm", DEVICE)),
		"<template id=\"t\">" DEVICE "</template>"
		"<primitive id=\"res\" template=\"t\"></primitive>",
		"<primitive id=\"res\" template=\"t\"></primitive>"
		"<template id=\"t\">" DEVICE "</template>",
		"<template id=\"t\">" DEVICE "</template><primitive id=\"res\" template=\"t\"/>",
		"<template id=\"t\">" DEVICE "</template><primitive id=\"res\" template=\"t\"/>"
		"<primitive id=\"other\" class=\"ocf\"/>",
		"<template id=\"t\">" DEVICE "</template>" GROUP(PAIR("is-managed", "true"),
			"<primitive id=\"res\" template=\"t\"/>"),
		GROUP(PAIR("is-managed", "false"),
			RESOURCE("res", "luks-ssm", DEVICE PAIR("is-managed", "true"))),
		GROUP(PAIR("is-managed", "false"), "") RESOURCE("res", "luks-ssm", DEVICE),
		RESOURCE("other", "luks-ssm", PAIR("device", "/dev/y"))
			RESOURCE("res", "luks-ssm", PAIR("directory", "/srv/a&amp;b")),
	};
	struct reason reason;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(claim(texts[i], &reason), STATUS_CLUSTER_MANAGED);
		assert_non_null(strstr(reason.text, "resource res "));
		assert_non_null(strstr(reason.text, "--despite-cluster"));
	}
	assert_int_equal(claim(RESOURCE("data", "luks-ssm", PAIR("device", "/dev/y")), &reason),
		STATUS_CLUSTER_MANAGED);
}

static void
other_volumes_and_unmanaged_resources_do_not(void **state)
{
	static const char *const texts[] = {
		"",
		"<",
		"<primitive ",
		"<primitive id=\"x",
		"<nvpair name=\"device",
		RESOURCE("res", "luks-ssm", PAIR("device", "/dev/y") PAIR("map_name", "datas")),
		RESOURCE("data", "heartbeat", PAIR("ip", "127.0.0.1")),
		RESOURCE("res", "luks-ssm",
			PAIR("device", "/dev/disk/by-id/nvme-data") PAIR("is-managed", "false")),
		PAIR("device", "/dev/disk/by-id/nvme-data"),
		GROUP(PAIR("is-managed", "false"), RESOURCE("res", "luks-ssm", DEVICE)),
		GROUP(PAIR("maintenance", "true"), RESOURCE("res", "luks-ssm", DEVICE)),
		RESOURCE("res", "luks-ssm", DEVICE PAIR("maintenance", "true")),
		PAIR("maintenance-mode", "true") RESOURCE("res", "luks-ssm", DEVICE),
		"<template id=\"t\">" DEVICE "</template>"
		"<primitive id=\"res\" template=\"u\"></primitive>",
		RESOURCE("res", "luks-ssm", PAIR("device", "/dev/y"))
			PAIR("device", "/dev/disk/by-id/nvme-data"),
	};
	struct reason reason;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(claim(texts[i], &reason), STATUS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_names_the_volume_claims_it_and_is_named),
		cmocka_unit_test(other_volumes_and_unmanaged_resources_do_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
