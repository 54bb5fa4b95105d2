/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves what a call makes of its environment: deadlines, probes, depth, names, and which
 * parameters are known.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ocf_env.h"

/* Each test begins with none of the cluster's variables. */
static int
environment_clear(void **state)
{
	(void)state;
	return clearenv();
}

static struct ocf_call
call_read(const char *name, const char *value)
{
	char *argv[] = {(char *)"volume", (char *)"monitor", NULL};
	struct ocf_call call;

	if (value != NULL)
		setenv(name, value, 1);
	else
		unsetenv(name);
	ocf_call_read(2, argv, &call);
	return call;
}

static void
the_first_argument_is_the_action_and_others_are_ignored(void **state)
{
	char *argv[] = {(char *)"volume", (char *)"stop", (char *)"start", NULL};
	struct ocf_call call;

	(void)state;
	ocf_call_read(3, argv, &call);
	assert_string_equal(call.action, "stop");
	ocf_call_read(1, argv, &call);
	assert_string_equal(call.action, "");
}

static void
an_instance_names_one_directory(void **state)
{
	static const char *const refused[] = {"", ".", "..", "a/b", "/"};
	char name[300];

	(void)state;
	assert_null(call_read("OCF_RESOURCE_INSTANCE", NULL).instance);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_null(call_read("OCF_RESOURCE_INSTANCE", refused[i]).instance);
	memset(name, 'a', sizeof(name));
	name[299] = '\0';
	assert_null(call_read("OCF_RESOURCE_INSTANCE", name).instance);
	assert_string_equal(call_read("OCF_RESOURCE_INSTANCE", "data:0").instance, "data:0");
}

static void
interval_tells_probe_person_and_recurring_apart(void **state)
{
	static const char name[] = "OCF_RESKEY_CRM_meta_interval";

	(void)state;
	assert_int_equal(call_read(name, NULL).interval, OCF_INTERVAL_UNSET);
	assert_int_equal(call_read(name, "0").interval, OCF_INTERVAL_ZERO);
	assert_int_equal(call_read(name, "20000").interval, OCF_INTERVAL_SET);
	assert_int_equal(call_read(name, "").interval, OCF_INTERVAL_UNSET);
}

static void
an_unknown_level_is_the_next_lower_one(void **state)
{
	static const struct {
		const char *text;
		unsigned int depth;
	} cases[] = {{NULL, 0}, {"", 0}, {"0", 0}, {"9", 0}, {"10", 10}, {"15", 10}, {"19", 10},
		{"20", 20}, {"99", 20}, {"-1", 0}, {"deep", 0}, {"10x", 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(call_read("OCF_CHECK_LEVEL", cases[i].text).depth, cases[i].depth);
}

static void
a_probe_never_goes_deep(void **state)
{
	(void)state;
	setenv("OCF_CHECK_LEVEL", "20", 1);
	assert_int_equal(call_read("OCF_RESKEY_CRM_meta_interval", "0").depth, 0);
	assert_int_equal(call_read("OCF_RESKEY_CRM_meta_interval", NULL).depth, 20);
}

/*
 * How long before its timeout a call of that timeout ends its work, in ms, give or take what the
 * test itself takes.
 */
static int64_t
reserve_of(const char *timeout)
{
	struct ocf_call call = call_read("OCF_RESKEY_CRM_meta_timeout", timeout);

	return call.timeout_ms - deadline_left_ms(call.deadline);
}

static void
the_reserve_is_two_seconds_or_a_tenth(void **state)
{
	(void)state;
	assert_in_range(reserve_of(NULL), 2000, 2500);
	assert_in_range(reserve_of("20000"), 2000, 2500);
	assert_in_range(reserve_of("120000"), 12000, 12500);
	/* Half is left for the work, however short the time. */
	assert_in_range(reserve_of("1000"), 500, 1000);
}

static void
the_answer_is_out_before_the_timeout(void **state)
{
	static const char *const timeouts[] = {"1000", "20000", "30000", "120000"};

	(void)state;
	for (size_t i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
		struct ocf_call call = call_read("OCF_RESKEY_CRM_meta_timeout", timeouts[i]);

		assert_true(deadline_left_ms(call.end) < call.timeout_ms);
		assert_true(call.deadline.at_ms < call.end.at_ms);
	}
}

static void
a_timeout_that_is_no_number_is_the_default(void **state)
{
	static const char *const odd[] = {NULL, "", "0", "soon", "-5", "20s"};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_int_equal(call_read("OCF_RESKEY_CRM_meta_timeout", odd[i]).timeout_ms,
			20000);
}

/* The default would end an action long before the time that it was given. */
static void
a_timeout_beyond_all_bounds_is_the_longest_there_is(void **state)
{
	static const char *const vast[] = {"2147483647", "2147483648", "99999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(vast) / sizeof(vast[0]); i++)
		assert_int_equal(call_read("OCF_RESKEY_CRM_meta_timeout", vast[i]).timeout_ms,
			INT_MAX);
}

static void
the_facility_none_silences_syslog(void **state)
{
	(void)state;
	assert_true(call_read("HA_LOGFACILITY", "none").is_silent);
	assert_false(call_read("HA_LOGFACILITY", "local3").is_silent);
	assert_false(call_read("HA_LOGFACILITY", NULL).is_silent);
}

static void
debug_takes_true_words_and_no_list_of_daemons(void **state)
{
	(void)state;
	assert_false(call_read("PCMK_debug", NULL).is_debug);
	assert_false(call_read("PCMK_debug", "pacemaker-execd,pacemaker-controld").is_debug);
	assert_false(call_read("PCMK_debug", "0").is_debug);
	assert_true(call_read("PCMK_debug", "yes").is_debug);
	assert_false(call_read("PCMK_debug", "no").is_debug);
	assert_true(call_read("HA_debug", "1").is_debug);
}

static void
a_trace_file_alone_starts_no_trace(void **state)
{
	struct ocf_call call = call_read("OCF_TRACE_FILE", "/dev/stderr");

	(void)state;
	assert_false(call.is_traced);
	assert_string_equal(call.trace_file, "/dev/stderr");
	call = call_read("OCF_TRACE_RA", "1");
	assert_true(call.is_traced && call.is_debug);
}

static void
the_parameter_trace_ra_traces_too(void **state)
{
	(void)state;
	assert_true(call_read("OCF_RESKEY_trace_ra", "1").is_traced);
	assert_string_equal(call_read("OCF_RESKEY_trace_file", "/tmp/t").trace_file, "/tmp/t");
}

static void
a_clone_is_known_by_its_meta_attributes(void **state)
{
	(void)state;
	assert_false(call_read("OCF_RESKEY_CRM_meta_clone_max", NULL).is_clone);
	assert_false(call_read("OCF_RESKEY_CRM_meta_clone_max", "0").is_clone);
	assert_true(call_read("OCF_RESKEY_CRM_meta_clone_max", "2").is_clone);
}

static void
only_the_role_stopped_is_standby(void **state)
{
	(void)state;
	assert_false(call_read("OCF_RESKEY_CRM_meta_role", NULL).is_standby);
	assert_false(call_read("OCF_RESKEY_CRM_meta_role", "Started").is_standby);
	assert_true(call_read("OCF_RESKEY_CRM_meta_role", "Stopped").is_standby);
}

static void
an_unknown_parameter_is_named_without_its_value(void **state)
{
	char name[64] = "untouched";

	(void)state;
	setenv("OCF_RESKEY_device", "/dev/x", 1);
	setenv("OCF_RESKEY_trace_ra", "1", 1);
	setenv("OCF_RESKEY_trace_file", "/tmp/t", 1);
	setenv("OCF_RESKEY_crm_feature_set", "3.16.2", 1);
	setenv("OCF_RESKEY_CRM_meta_on_node", "a", 1);
	assert_false(ocf_unknown_param(name, sizeof(name)));
	assert_string_equal(name, "untouched");
	setenv("OCF_RESKEY_devize", "/dev/x", 1);
	assert_true(ocf_unknown_param(name, sizeof(name)));
	assert_string_equal(name, "devize");
}

static void
a_parameter_is_looked_up_by_its_name(void **state)
{
	(void)state;
	setenv("OCF_RESKEY_device", "/dev/x", 1);
	assert_string_equal(ocf_param_lookup(NULL, "device"), "/dev/x");
	assert_null(ocf_param_lookup(NULL, "directory"));
}

static void
the_reason_prefix_is_the_callers(void **state)
{
	(void)state;
	assert_string_equal(call_read("OCF_EXIT_REASON_PREFIX", NULL).reason_prefix,
		"ocf-exit-reason:");
	assert_string_equal(call_read("OCF_EXIT_REASON_PREFIX", "why:").reason_prefix, "why:");
}

static void
time_before_the_call_counts_but_never_all_of_it(void **state)
{
	(void)state;
	struct ocf_call call = call_read("OCF_RESKEY_CRM_meta_timeout", "60000");
	struct deadline deadline = call.deadline, end = call.end;

	ocf_call_age(&call, 700);
	assert_int_equal(call.deadline.at_ms, deadline.at_ms - 700);
	assert_int_equal(call.end.at_ms, end.at_ms - 700);
	call.deadline = deadline;
	call.end = end;
	ocf_call_age(&call, 500000);
	assert_int_equal(call.deadline.at_ms, deadline.at_ms - 30000);
	assert_int_equal(call.end.at_ms, end.at_ms - 30000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_first_argument_is_the_action_and_others_are_ignored,
			environment_clear),
		cmocka_unit_test_setup(an_instance_names_one_directory, environment_clear),
		cmocka_unit_test_setup(interval_tells_probe_person_and_recurring_apart,
			environment_clear),
		cmocka_unit_test_setup(an_unknown_level_is_the_next_lower_one, environment_clear),
		cmocka_unit_test_setup(a_probe_never_goes_deep, environment_clear),
		cmocka_unit_test_setup(the_reserve_is_two_seconds_or_a_tenth, environment_clear),
		cmocka_unit_test_setup(the_answer_is_out_before_the_timeout, environment_clear),
		cmocka_unit_test_setup(a_timeout_that_is_no_number_is_the_default,
			environment_clear),
		cmocka_unit_test_setup(a_timeout_beyond_all_bounds_is_the_longest_there_is,
			environment_clear),
		cmocka_unit_test_setup(the_facility_none_silences_syslog, environment_clear),
		cmocka_unit_test_setup(debug_takes_true_words_and_no_list_of_daemons,
			environment_clear),
		cmocka_unit_test_setup(a_trace_file_alone_starts_no_trace, environment_clear),
		cmocka_unit_test_setup(the_parameter_trace_ra_traces_too, environment_clear),
		cmocka_unit_test_setup(a_clone_is_known_by_its_meta_attributes, environment_clear),
		cmocka_unit_test_setup(only_the_role_stopped_is_standby, environment_clear),
		cmocka_unit_test_setup(an_unknown_parameter_is_named_without_its_value,
			environment_clear),
		cmocka_unit_test_setup(a_parameter_is_looked_up_by_its_name, environment_clear),
		cmocka_unit_test_setup(the_reason_prefix_is_the_callers, environment_clear),
		cmocka_unit_test_setup(time_before_the_call_counts_but_never_all_of_it,
			environment_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
