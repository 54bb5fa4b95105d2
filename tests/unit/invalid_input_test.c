/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every malformed input of tests/data gives its status and a reason that says where, never a
 * secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/ssm.h"
#include "base/wire.h"
#include "creds/plan.h"
#include "invalid_cases.h"

/* Inputs that must be files of ours are copied here; gone at the end. */
static char directory[] = "/tmp/luks-ssm-invalid-XXXXXX";
static char copy_path[sizeof(directory) + 8];
static char empty_path[sizeof(directory) + 8];
static char variables_path[sizeof(directory) + 10];

static void
copy_write(const char *path, const char *text, size_t length_bytes)
{
	owned_file file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	assert_int_equal(fwrite(text, 1, length_bytes, file), length_bytes);
}

static enum status
reply_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	static const struct endpoint endpoint = {.host = "localhost"};
	static const struct ssm_question question = {.name = "/luks/volume",
		.encoding = "text",
		.endpoint = &endpoint};
	owned_http_reply reply = {.status = 200, .content_type = "application/x-amz-json-1.1"};
	owned_ssm_answer answer = {0};
	struct reply_facts facts = {0};

	(void)path;
	assert_int_equal(secret_copy(text, length_bytes, &reply.body), STATUS_OK);
	return ssm_reply_take(&reply, &question, &answer, &facts, reason);
}

/* A refusal of SSM whose document is not one. */
static enum status
error_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	static const struct endpoint endpoint = {.host = "localhost"};
	static const struct ssm_question question = {.name = "/luks/volume",
		.encoding = "text",
		.endpoint = &endpoint};
	owned_http_reply reply = {.status = 400, .content_type = "application/x-amz-json-1.1"};
	owned_ssm_answer answer = {0};
	struct reply_facts facts = {0};

	(void)path;
	assert_int_equal(secret_copy(text, length_bytes, &reply.body), STATUS_OK);
	return ssm_reply_take(&reply, &question, &answer, &facts, reason);
}

/* The reason names who sent it. */
static enum status
document_try(const char *text, size_t length_bytes, const char *origin, struct reason *reason)
{
	owned_credentials credentials = {0};
	owned_secret body = {0};

	assert_int_equal(secret_copy(text, length_bytes, &body), STATUS_OK);

	enum status status = credentials_parse(&body, origin, &credentials, reason);

	assert_non_null(strstr(reason->text, origin));
	return status;
}

static enum status
metadata_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	(void)path;
	return document_try(text, length_bytes, "instance metadata", reason);
}

static enum status
container_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	(void)path;
	return document_try(text, length_bytes, "container credentials", reason);
}

/* One of the three files is the input, the other two are empty. */
static enum status
plan_try(const char *text, size_t length_bytes, const char **file_of_input, struct params *params,
	struct reason *reason)
{
	owned_plan plan = {0};

	params->environment_file = params->credentials_file = params->config_file = empty_path;
	copy_write(empty_path, "", 0);
	copy_write(copy_path, text, length_bytes);
	*file_of_input = copy_path;
	return plan_make(params, deadline_in_ms(5000), &plan, reason);
}

static enum status
environment_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	struct params params = {0};

	(void)path;
	return plan_try(text, length_bytes, &params.environment_file, &params, reason);
}

static enum status
config_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	struct params params = {.profile = "p"};

	(void)path;
	return plan_try(text, length_bytes, &params.config_file, &params, reason);
}

static enum status
credentials_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	struct params params = {.profile = "p"};
	enum status status = plan_try(text, length_bytes, &params.credentials_file, &params,
		reason);

	(void)path;
	/* Where the trouble has a line, the file stands before it. */
	if (strstr(reason->text, ", line ") != NULL)
		assert_non_null(strstr(reason->text, "credentials_file: "));
	return status;
}

/* A plan whose token is the input: the file that VARIABLE names, beside what else has to be set. */
static enum status
token_plan_try(const char *text, size_t length_bytes, const char *variable, const char *more,
	struct reason *reason)
{
	struct params params = {.environment_file = variables_path,
		.credentials_file = empty_path,
		.config_file = empty_path};
	owned_plan plan = {0};
	char variables[300];

	snprintf(variables, sizeof(variables), "%s=%s\n%s\n", variable, copy_path, more);
	copy_write(empty_path, "", 0);
	copy_write(copy_path, text, length_bytes);
	copy_write(variables_path, variables, strlen(variables));

	enum status status = plan_make(&params, deadline_in_ms(5000), &plan, reason);

	assert_non_null(strstr(reason->text, copy_path));
	return status;
}

static enum status
identity_token_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	enum status status = token_plan_try(text, length_bytes, "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_ROLE_ARN=arn:aws:iam::123456789012:role/r", reason);

	(void)path;
	assert_non_null(strstr(reason->text, "web_identity_token_file: "));
	return status;
}

static enum status
container_token_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	static const char variable[] = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
	enum status status = token_plan_try(text, length_bytes, variable,
		"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1/x", reason);

	(void)path;
	assert_non_null(strstr(reason->text, variable));
	return status;
}

/* Lines NAME=VALUE, as the cluster hands parameters over; each ends in a NUL, the last in two. */
static const char *
line_find(void *context, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = context; *line != '\0'; line += strlen(line) + 1) {
		if (strncmp(line, name, length) == 0 && line[length] == '=')
			return line + length + 1;
	}
	return NULL;
}

static enum status
params_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	static char lines[INVALID_CASE_BYTES + 1];
	struct params params;

	(void)path;
	memset(lines, 0, sizeof(lines));
	for (size_t i = 0; i < length_bytes; i++)
		lines[i] = text[i] != '\n' ? text[i] : '\0';
	params_load(line_find, lines, &params);
	*reason = params.problem;
	return params.problem.status;
}

static unsigned char
field_number(const char *name, size_t length)
{
	static const char *const names[] = {
#define WIRE(row, frame, form, max_bytes, max_count) #row,
#include "base/wire.def"
#undef WIRE
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == length && strncmp(names[i], name, length) == 0)
			return (unsigned char)i;
	}
	fail_msg("%.*s is no field", (int)length, name);
	return 0;
}

/* Bytes as pairs of digits; {NAME} is a field's number, which changes with the table. */
static size_t
frame_assemble(const char *text, char *bytes)
{
	size_t used = 0;

	while (*text != '\0') {
		unsigned int byte = 0;

		if (isspace((unsigned char)*text)) {
			text++;
		} else if (*text == '{') {
			size_t length = strcspn(text, "}") - 1;

			bytes[used++] = (char)field_number(text + 1, length);
			text += length + 2;
		} else {
			assert_int_equal(sscanf(text, "%2x", &byte), 1);
			bytes[used++] = (char)byte;
			text += 2;
		}
	}
	return used;
}

static enum status
frame_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	owned_secret frame_text = {0};
	char *bytes = malloc(length_bytes + 1);
	struct wire_frame frame;

	(void)path;
	assert_non_null(bytes);
	assert_int_equal(secret_copy(bytes, frame_assemble(text, bytes), &frame_text), STATUS_OK);
	free(bytes);
	/* Frames have no reason of their own: whoever reads them says which program broke. */
	return reason_set(reason, wire_parse(&frame_text, WIRE_KIND_REPLY, &frame), "a frame");
}

static void
malformed_replies_are_named(void **state)
{
	(void)state;
	invalid_cases_walk("replies", reply_try);
}

static void
malformed_refusals_are_no_refusals_of_aws(void **state)
{
	(void)state;
	invalid_cases_walk("errors", error_try);
}

static void
malformed_documents_of_metadata_and_of_containers_are_named(void **state)
{
	(void)state;
	invalid_cases_walk("metadata", metadata_try);
	invalid_cases_walk("metadata", container_try);
}

static void
malformed_environment_files_are_named(void **state)
{
	(void)state;
	invalid_cases_walk("environment", environment_try);
}

static void
malformed_shared_files_are_named_with_their_line(void **state)
{
	(void)state;
	invalid_cases_walk("config", config_try);
}

static void
malformed_credentials_files_are_named_with_their_line(void **state)
{
	(void)state;
	invalid_cases_walk("credentials", credentials_try);
}

static void
malformed_tokens_are_named_by_their_file(void **state)
{
	(void)state;
	invalid_cases_walk("tokens", identity_token_try);
	invalid_cases_walk("tokens", container_token_try);
}

static void
malformed_parameters_are_named(void **state)
{
	(void)state;
	invalid_cases_walk("params", params_try);
}

static void
malformed_frames_are_refused(void **state)
{
	(void)state;
	invalid_cases_walk("frames", frame_try);
}

static int
directory_make(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(copy_path, sizeof(copy_path), "%s/input", directory);
	snprintf(empty_path, sizeof(empty_path), "%s/empty", directory);
	snprintf(variables_path, sizeof(variables_path), "%s/variables", directory);
	return 0;
}

static int
directory_end(void **state)
{
	(void)state;
	unlink(copy_path);
	unlink(empty_path);
	unlink(variables_path);
	return rmdir(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_replies_are_named),
		cmocka_unit_test(malformed_refusals_are_no_refusals_of_aws),
		cmocka_unit_test(malformed_documents_of_metadata_and_of_containers_are_named),
		cmocka_unit_test(malformed_environment_files_are_named),
		cmocka_unit_test(malformed_shared_files_are_named_with_their_line),
		cmocka_unit_test(malformed_credentials_files_are_named_with_their_line),
		cmocka_unit_test(malformed_tokens_are_named_by_their_file),
		cmocka_unit_test(malformed_parameters_are_named),
		cmocka_unit_test(malformed_frames_are_refused),
	};

	return cmocka_run_group_tests(tests, directory_make, directory_end);
}
