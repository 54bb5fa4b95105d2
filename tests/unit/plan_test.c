/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of sources, regions and endpoints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/wire.h"
#include "creds/plan.h"

#define KEYS "AWS_ACCESS_KEY_ID=EK\nAWS_SECRET_ACCESS_KEY=ES\n"
#define PROFILE_KEYS "[default]\naws_access_key_id=PK\naws_secret_access_key=PS\n"

/* A directory with the files that a test writes; gone at the end. */
static char directory[] = "/tmp/luks-ssm-plan-XXXXXX";

/*
 * The path stays valid for the next three files. Nobody else may read them: the environment file
 * would be refused.
 */
static const char *
file_write(const char *name, const char *text)
{
	static char paths[4][200];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, 200, "%s/%s", directory, name);

	owned_file file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	assert_true(fputs(text, file) >= 0);
	return path;
}

/* Only what the test gives: no shared file of whoever runs this. */
static struct params
params_make(const char *environment, const char *credentials, const char *config)
{
	return (struct params){
		.environment_file = file_write("environment", environment),
		.credentials_file = file_write("credentials", credentials),
		.config_file = file_write("config", config),
	};
}

static void
plan_ok(const struct params *params, struct plan *plan)
{
	struct reason reason = {0};

	if (plan_make(params, deadline_in_ms(5000), plan, &reason) != STATUS_OK)
		fail_msg("%s", reason.text);
}

static void
the_environment_file_comes_before_the_default_profile(void **state)
{
	struct params params = params_make(KEYS, PROFILE_KEYS, "");
	owned_plan plan = {0};

	(void)state;
	plan_ok(&params, &plan);
	assert_int_equal(plan.source, SOURCE_STATIC);
	assert_string_equal(plan.access_key, "EK");
}

static void
an_explicit_profile_comes_before_the_environment_file(void **state)
{
	struct params params = params_make(KEYS, PROFILE_KEYS, "");
	owned_plan plan = {0};

	(void)state;
	params.profile = "default";
	plan_ok(&params, &plan);
	assert_string_equal(plan.access_key, "PK");
	assert_string_equal(plan.origin, "profile default");
}

static void
without_keys_the_container_comes_before_the_instance(void **state)
{
	struct params params = params_make("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/x\n", "",
		"");
	owned_plan container = {0}, instance = {0};

	(void)state;
	plan_ok(&params, &container);
	assert_int_equal(container.source, SOURCE_CONTAINER);
	assert_string_equal(container.container_url, "http://169.254.170.2/v2/x");
	params = params_make("", "", "");
	plan_ok(&params, &instance);
	assert_int_equal(instance.source, SOURCE_METADATA);
}

static void
a_chain_of_profiles_gives_its_roles_from_the_source_outwards(void **state)
{
	struct params params = params_make("",
		"[root]\naws_access_key_id=RK\naws_secret_access_key=RS\n",
		"[profile outer]\nrole_arn=arn:outer\nsource_profile=inner\nexternal_id=X\n"
		"[profile inner]\nrole_arn=arn:inner\nsource_profile=root\nduration_seconds=900\n");
	owned_plan plan = {0};

	(void)state;
	params.profile = "outer";
	params.role_arn = "arn:parameter";
	plan_ok(&params, &plan);
	assert_string_equal(plan.access_key, "RK");
	assert_int_equal(plan.role_count, 3);
	assert_string_equal(plan.roles[0].arn, "arn:inner");
	assert_int_equal(plan.roles[0].duration_s, 900);
	assert_string_equal(plan.roles[1].arn, "arn:outer");
	assert_string_equal(plan.roles[1].external_id, "X");
	assert_string_equal(plan.roles[2].arn, "arn:parameter");
}

static void
a_profile_may_be_its_own_source_through_its_keys(void **state)
{
	struct params params = params_make("", PROFILE_KEYS,
		"[default]\nrole_arn=arn:x\nsource_profile=default\n");
	owned_plan plan = {0};

	(void)state;
	plan_ok(&params, &plan);
	assert_string_equal(plan.access_key, "PK");
	assert_int_equal(plan.role_count, 1);
}

static void
a_credential_source_is_followed(void **state)
{
	struct params params = params_make(KEYS, "",
		"[profile p]\nrole_arn=arn:x\ncredential_source=Ec2InstanceMetadata\n");
	owned_plan metadata = {0}, environment = {0};

	(void)state;
	params.profile = "p";
	plan_ok(&params, &metadata);
	assert_int_equal(metadata.source, SOURCE_METADATA);
	params = params_make(KEYS, "",
		"[profile p]\nrole_arn=arn:x\ncredential_source=Environment\n");
	params.profile = "p";
	plan_ok(&params, &environment);
	assert_string_equal(environment.access_key, "EK");
}

/* The plan of a default profile with this credential_process, made within a second. */
static enum status
process_plan(const char *command, struct plan *plan, struct reason *reason)
{
	char text[600];

	snprintf(text, sizeof(text), "[default]\ncredential_process = %s\n", command);

	struct params params = params_make("A_VARIABLE=of the resource\n", "", text);

	return plan_make(&params, deadline_in_ms(1000), plan, reason);
}

static void
a_credential_process_is_run_without_a_shell_and_its_output_passed_on(void **state)
{
	owned_plan plan = {0};
	struct reason reason = {0};

	(void)state;
	assert_int_equal(process_plan("/bin/echo -n '$HOME;x' \"a b\" c\\ d", &plan, &reason),
		STATUS_OK);
	assert_int_equal(plan.source, SOURCE_PROCESS);
	assert_string_equal(plan.process_output.bytes, "$HOME;x a b c d");
}

static void
a_credential_process_sees_the_resources_variables(void **state)
{
	owned_plan plan = {0};
	struct reason reason = {0};

	(void)state;
	assert_int_equal(process_plan("/usr/bin/env", &plan, &reason), STATUS_OK);
	assert_non_null(strstr(plan.process_output.bytes, "A_VARIABLE=of the resource\n"));
	assert_null(strstr(plan.process_output.bytes, "HOME="));
}

static void
a_credential_process_that_fails_or_is_none_is_refused(void **state)
{
	static const char *const commands[][2] = {
		{"/bin/false", "failed"},
		{"echo x", "full path"},
		{"/nowhere/at/all", "cannot be run"},
		{"/tmp", "not a program"},
		{"/bin/echo 'open", "open quote"},
		{"\"\"", "full path"},
		{"/usr/bin/head -c 70000 /dev/zero", "more than"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		owned_plan plan = {0};
		struct reason reason = {0};

		assert_int_equal(process_plan(commands[i][0], &plan, &reason), STATUS_BAD_PROFILE);
		assert_non_null(strstr(reason.text, commands[i][1]));
	}
}

static void
program_write(const char *path, mode_t mode, uid_t owner)
{
	owned_file file = fopen(path, "w");

	assert_non_null(file);
	fputs("#!/bin/sh\necho ran\n", file);
	assert_int_equal(fchmod(fileno(file), mode), 0);
	if (geteuid() == 0)
		assert_int_equal(fchown(fileno(file), owner, 0), 0);
}

static void
a_credential_process_that_others_may_write_or_own_is_not_run(void **state)
{
	static const struct {
		mode_t mode;
		uid_t owner;
		const char *words;
	} cases[] = {
		{0720, 0, "others may write credential_process "},
		{0702, 0, "others may write credential_process "},
		{0777, 0, "others may write credential_process "},
		{0755, 12345, "belongs to user 12345; chown it to root"},
	};
	char path[sizeof(directory) + 16];

	(void)state;
	snprintf(path, sizeof(path), "%s/program", directory);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		owned_plan plan = {0};
		struct reason reason = {0};

		if (cases[i].owner != 0 && geteuid() != 0)
			continue;
		program_write(path, cases[i].mode, cases[i].owner);
		assert_int_equal(process_plan(path, &plan, &reason), STATUS_BAD_PROFILE);
		assert_non_null(strstr(reason.text, cases[i].words));
		assert_non_null(strstr(reason.text, "profile default: "));
		assert_null(plan.process_output.bytes);
		assert_int_equal(unlink(path), 0);
	}
}

static void
a_credential_process_that_does_not_end_is_slow_credentials(void **state)
{
	static const char *const commands[] = {"/bin/sleep 30", "/bin/sh -c 'sleep 30 & wait'",
		"/bin/sh -c 'exec >&-; sleep 30'"};

	(void)state;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		owned_plan plan = {0};
		struct reason reason = {0};
		int64_t begun_ms = clock_now_ms();

		assert_int_equal(process_plan(commands[i], &plan, &reason),
			STATUS_SLOW_CREDENTIALS);
		assert_true(clock_now_ms() - begun_ms < 5000);
	}
}

static void
regions_come_in_the_order_of_the_sdks(void **state)
{
	struct params params = params_make("AWS_DEFAULT_REGION=b\nAWS_REGION=a\n", "",
		"[default]\nregion=c\n");
	owned_plan both = {0}, one = {0}, profile = {0};

	(void)state;
	plan_ok(&params, &both);
	assert_string_equal(both.region_default, "a");
	assert_null(both.region);
	params = params_make("AWS_DEFAULT_REGION=b\n", "", "[default]\nregion=c\n");
	params.region = "p";
	plan_ok(&params, &one);
	assert_string_equal(one.region_default, "b");
	assert_string_equal(one.region, "p");
	params = params_make("", "", "[default]\nregion=c\n");
	plan_ok(&params, &profile);
	assert_string_equal(profile.region_default, "c");
}

static void
endpoints_come_in_the_order_of_the_sdks_and_can_be_ignored(void **state)
{
	static const char config[] =
		"[default]\nendpoint_url=u4\nservices=s\n[services s]\nssm =\n endpoint_url=u3\n";
	struct params params = params_make("AWS_ENDPOINT_URL_SSM=u1\nAWS_ENDPOINT_URL=u2\n", "",
		config);
	owned_plan first = {0}, second = {0}, third = {0}, ignored = {0};

	(void)state;
	plan_ok(&params, &first);
	assert_string_equal(first.endpoint_ssm, "u1");
	assert_string_equal(first.endpoint_sts, "u2");
	params = params_make("", "", config);
	plan_ok(&params, &second);
	assert_string_equal(second.endpoint_ssm, "u3");
	assert_string_equal(second.endpoint_sts, "u4");
	params.endpoint_url = "u0";
	plan_ok(&params, &third);
	assert_string_equal(third.endpoint_ssm, "u0");
	params = params_make("AWS_ENDPOINT_URL=u2\nAWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true\n", "",
		config);
	plan_ok(&params, &ignored);
	assert_null(ignored.endpoint_ssm);
	assert_null(ignored.endpoint_sts);
}

static void
the_plan_crosses_the_frame(void **state)
{
	struct params params = params_make(KEYS "AWS_SESSION_TOKEN=ET\nAWS_REGION=eu-central-1\n",
		"", "");
	owned_plan plan = {0};
	owned_secret bytes = {0};
	struct wire_frame frame;

	(void)state;
	params.role_arn = "arn:x";
	plan_ok(&params, &plan);
	assert_int_equal(wire_begin(WIRE_KIND_REQUEST, plan_room_bytes(&plan), &bytes), STATUS_OK);
	assert_int_equal(plan_write(&plan, &bytes), STATUS_OK);
	wire_end(&bytes);
	assert_int_equal(wire_parse(&bytes, WIRE_KIND_REQUEST, &frame), STATUS_OK);
	assert_string_equal(wire_text(&frame, WIRE_SECRET_KEY, 0), "ES");
	assert_string_equal(wire_text(&frame, WIRE_SESSION_TOKEN, 0), "ET");
	assert_string_equal(wire_text(&frame, WIRE_REGION_DEFAULT, 0), "eu-central-1");
	assert_string_equal(wire_text(&frame, WIRE_ROLE_ARN, 0), "arn:x");
	assert_string_equal(wire_text(&frame, WIRE_ROLE_SESSION, 0), "luks-ssm");
	assert_int_equal(wire_number(&frame, WIRE_SOURCE, 0, 0), SOURCE_STATIC);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_environment_file_comes_before_the_default_profile),
		cmocka_unit_test(an_explicit_profile_comes_before_the_environment_file),
		cmocka_unit_test(without_keys_the_container_comes_before_the_instance),
		cmocka_unit_test(a_chain_of_profiles_gives_its_roles_from_the_source_outwards),
		cmocka_unit_test(a_profile_may_be_its_own_source_through_its_keys),
		cmocka_unit_test(a_credential_source_is_followed),
		cmocka_unit_test(
			a_credential_process_is_run_without_a_shell_and_its_output_passed_on),
		cmocka_unit_test(a_credential_process_sees_the_resources_variables),
		cmocka_unit_test(a_credential_process_that_fails_or_is_none_is_refused),
		cmocka_unit_test(a_credential_process_that_others_may_write_or_own_is_not_run),
		cmocka_unit_test(a_credential_process_that_does_not_end_is_slow_credentials),
		cmocka_unit_test(regions_come_in_the_order_of_the_sdks),
		cmocka_unit_test(endpoints_come_in_the_order_of_the_sdks_and_can_be_ignored),
		cmocka_unit_test(the_plan_crosses_the_frame),
	};

	static const char *const files[] = {"environment", "credentials", "config"};

	if (mkdtemp(directory) == NULL)
		return 1;

	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(file_write(files[i], ""));
	rmdir(directory);
	return failed;
}
