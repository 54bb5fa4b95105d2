/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which versions of the key are asked for, and in what order. key_fetch is this file's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/wire.h"
#include "volume/key_fetch.h"
#include "volume/unlock.h"

/* What the service holds: the newest version, the version that opens, the oldest that is kept. */
static struct service {
	unsigned int newest, right, oldest;
	bool has_older;
	unsigned int asked;
	enum status trouble;    /* what a key that is not right gives; 0: a wrong key */
	const char *warning;    /* NULL: none */
	unsigned int jail_gaps; /* bits of enum wire_jail_gap */
} service;

/* The warnings of one unlock, each with its line's end. */
static char warnings[2048];

void
log_write(enum log_level level, const char *format, ...)
{
	size_t used = strlen(warnings);
	va_list arguments;

	if (level != LOG_LEVEL_WARNING)
		return;
	va_start(arguments, format);
	vsnprintf(warnings + used, sizeof(warnings) - used, format, arguments);
	va_end(arguments);
	strncat(warnings, "\n", sizeof(warnings) - strlen(warnings) - 1);
}

enum status
key_fetch(const struct params *params, const struct fetched_key *current, unsigned int older,
	struct deadline deadline, struct fetched_key *ret_key, struct reason *reason)
{
	char text[16];

	(void)params;
	(void)deadline;
	service.asked++;
	assert_true(older == 0 || current->version == service.newest);
	assert_true(older == 0 || strcmp(current->region, "eu-central-1") == 0);
	if (service.newest - older < service.oldest)
		return reason_set(reason, STATUS_NO_PARAMETER, "no such version");
	ret_key->version = service.newest;
	ret_key->has_older = service.has_older;
	ret_key->jail_gaps = service.jail_gaps;
	if (service.warning != NULL)
		snprintf(ret_key->warning, sizeof(ret_key->warning), "%s", service.warning);
	snprintf(ret_key->region, sizeof(ret_key->region), "eu-central-1");
	snprintf(text, sizeof(text), "%u", service.newest - older);
	return secret_copy(text, strlen(text), &ret_key->key);
}

void
fetched_key_end(struct fetched_key *key)
{
	secret_end(&key->key);
}

static enum status
try_version(void *context, const struct secret *key, struct reason *reason)
{
	char right[16];

	(void)context;
	snprintf(right, sizeof(right), "%u", service.right);
	if (strcmp(key->bytes, right) == 0)
		return STATUS_OK;
	return reason_set(reason, service.trouble != 0 ? service.trouble : STATUS_WRONG_KEY,
		"not this one");
}

static enum status
unlock(unsigned int previous_versions, struct reason *reason)
{
	const struct params params = {.ssm_parameter = "/a/name",
		.previous_versions = previous_versions};
	const struct doer doer = {.phase_fd = -1,
		.children_fd = -1,
		.deadline = deadline_in_ms(1000)};

	warnings[0] = '\0';
	return unlock_with_key(&params, &doer, try_version, NULL, reason);
}

static void
test_the_current_version_is_enough(void **state)
{
	struct reason reason = {0};

	(void)state;
	service = (struct service){.newest = 5, .right = 5, .oldest = 1, .has_older = true};
	assert_int_equal(unlock(3, &reason), STATUS_OK);
	assert_int_equal(service.asked, 1);
}

static void
test_older_versions_are_tried_as_far_as_allowed(void **state)
{
	struct reason reason = {0};

	(void)state;
	service = (struct service){.newest = 5, .right = 3, .oldest = 1, .has_older = true};
	assert_int_equal(unlock(2, &reason), STATUS_OK);
	assert_string_equal(reason.text, "");
	assert_int_equal(service.asked, 3);

	service = (struct service){.newest = 5, .right = 3, .oldest = 1, .has_older = true};
	assert_int_equal(unlock(1, &reason), STATUS_WRONG_KEY);
	assert_int_equal(service.asked, 2);
}

static void
test_a_version_that_is_gone_ends_the_search_as_a_wrong_key(void **state)
{
	struct reason reason = {0};

	(void)state;
	service = (struct service){.newest = 5, .right = 2, .oldest = 4, .has_older = true};
	assert_int_equal(unlock(10, &reason), STATUS_WRONG_KEY);
	assert_int_equal(service.asked, 3);
	assert_non_null(strstr(reason.text, "/a/name"));
	/* What to do stands there too. */
	assert_non_null(strstr(reason.text, "store the right key"));
}

static void
test_a_pinned_version_has_no_older_one(void **state)
{
	struct reason reason = {0};

	(void)state;
	service = (struct service){.newest = 5, .right = 4, .oldest = 1, .has_older = false};
	assert_int_equal(unlock(10, &reason), STATUS_WRONG_KEY);
	assert_int_equal(service.asked, 1);
}

static void
test_version_one_is_the_oldest(void **state)
{
	struct reason reason = {0};

	(void)state;
	service = (struct service){.newest = 1, .right = 9, .oldest = 1, .has_older = true};
	assert_int_equal(unlock(10, &reason), STATUS_WRONG_KEY);
	assert_int_equal(service.asked, 1);
}

static void
test_only_a_wrong_key_asks_for_an_older_one(void **state)
{
	static const enum status troubles[] = {STATUS_KDF_MEMORY, STATUS_DEVICE_IO,
		STATUS_NO_KEYSLOT, STATUS_NAME_TAKEN, STATUS_TIMED_OUT};

	(void)state;
	for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
		struct reason reason = {0};

		service = (struct service){.newest = 5,
			.right = 4,
			.oldest = 1,
			.has_older = true,
			.trouble = troubles[i]};
		assert_int_equal(unlock(10, &reason), troubles[i]);
		assert_int_equal(service.asked, 1);
		assert_non_null(strstr(reason.text, "not this one"));
	}
}

static void
test_what_the_helper_warns_of_is_logged(void **state)
{
	struct reason reason = {0};

	(void)state;
	service = (struct service){.newest = 1,
		.right = 1,
		.oldest = 1,
		.warning = "the clock here is 3600 s slow, by the Date of ssm; set it"};
	assert_int_equal(unlock(0, &reason), STATUS_OK);
	assert_string_equal(warnings,
		"the clock here is 3600 s slow, by the Date of ssm; set it\n");
}

static void
test_each_gap_of_the_jail_is_logged(void **state)
{
	static const struct {
		unsigned int gaps;
		const char *words;
	} cases[] = {{WIRE_GAP_LOCK, "[all of its memory locked]"},
		{WIRE_GAP_LANDLOCK, "[Landlock]"}, {WIRE_GAP_FILTER, "[its system call filter]"}};
	struct reason reason = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		service = (struct service){.newest = 1,
			.right = 1,
			.oldest = 1,
			.jail_gaps = cases[i].gaps};
		assert_int_equal(unlock(0, &reason), STATUS_OK);
		assert_non_null(strstr(warnings, "luks-ssm-aws ran without"));
		for (size_t j = 0; j < sizeof(cases) / sizeof(cases[0]); j++)
			assert_int_equal(strstr(warnings, cases[j].words) != NULL, i == j);
	}
	service = (struct service){.newest = 1, .right = 1, .oldest = 1};
	assert_int_equal(unlock(0, &reason), STATUS_OK);
	assert_string_equal(warnings, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_current_version_is_enough),
		cmocka_unit_test(test_older_versions_are_tried_as_far_as_allowed),
		cmocka_unit_test(test_a_version_that_is_gone_ends_the_search_as_a_wrong_key),
		cmocka_unit_test(test_a_pinned_version_has_no_older_one),
		cmocka_unit_test(test_version_one_is_the_oldest),
		cmocka_unit_test(test_only_a_wrong_key_asks_for_an_older_one),
		cmocka_unit_test(test_what_the_helper_warns_of_is_logged),
		cmocka_unit_test(test_each_gap_of_the_jail_is_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
