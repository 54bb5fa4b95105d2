/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Malformed answers of STS, of metadata and of credential programs, and malformed addresses and
 * names: each has its status and a reason that says what is wrong, never a secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "aws/container.h"
#include "aws/metadata_text.h"
#include "aws/parameter_name.h"
#include "aws/process_output.h"
#include "aws/sts.h"
#include "aws/url.h"
#include "invalid_cases.h"

#define NOW_S 1800000000

static enum status
sts_reply_try(long http_status, const char *text, size_t length_bytes,
	struct credentials *ret_credentials, struct reason *reason)
{
	static const struct endpoint endpoint = {.host = "localhost"};
	static const struct request_role role = {.arn = "arn:aws:iam::123456789012:role/r",
		.session = "s"};
	struct reply_facts facts = REPLY_FACTS_NONE;
	struct sts_way way = {.region = "eu-central-1", .endpoint = &endpoint, .facts = &facts};
	owned_http_reply reply = {.content_type = "text/xml", .status = http_status};

	assert_int_equal(secret_copy(text, length_bytes, &reply.body), STATUS_OK);
	return sts_reply_take(&reply, &way, &role, ret_credentials, reason);
}

static enum status
sts_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	owned_credentials credentials = {0};

	(void)path;
	return sts_reply_try(200, text, length_bytes, &credentials, reason);
}

/* A refusal of STS whose document is not one. */
static enum status
sts_error_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	owned_credentials credentials = {0};

	(void)path;
	return sts_reply_try(400, text, length_bytes, &credentials, reason);
}

/* Which of the three it is stands in front of the file's name. */
static enum status
metadata_text_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	const char *name = strrchr(path, '/') + 1;
	char role[METADATA_ROLE_BYTES], region[REGION_BYTES];
	owned_secret body = {0};

	assert_int_equal(secret_copy(text, length_bytes, &body), STATUS_OK);
	if (strncmp(name, "token-", 6) == 0)
		return metadata_token_check(&body, "169.254.169.254", reason);
	if (strncmp(name, "role-", 5) == 0)
		return metadata_role_take(&body, "169.254.169.254", role, reason);
	assert_int_equal(strncmp(name, "region-", 7), 0);
	return metadata_region_take(&body, region, reason);
}

static void
whole_without_expiration(const struct credentials *credentials)
{
	assert_string_equal(credentials->access_key, "ASIAEXAMPLE");
	assert_string_equal(credentials->secret_key.bytes, "S");
	assert_string_equal(credentials->session_token.bytes, "T");
	assert_int_equal(credentials->expires_s, 0);
	assert_true(credentials->expires_malformed);
}

/* Credentials are never refused for their Expiration, but what is no time is noted. */
static enum status
expiration_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	static const char json[] =
		"{\"AccessKeyId\":\"ASIAEXAMPLE\",\"SecretAccessKey\":\"S\",\"Token\":\"T\",\"Expiration\":\"%.*s\"}";
	static const char xml[] =
		"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>"
		"<SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken><Expiration>%.*s</Expiration>"
		"</Credentials></AssumeRoleResult></AssumeRoleResponse>";
	static char document[INVALID_CASE_BYTES];
	owned_credentials of_document = {0}, of_sts = {0};
	owned_secret body = {0};

	(void)path;
	snprintf(document, sizeof(document), json, (int)length_bytes, text);
	assert_int_equal(secret_copy(document, strlen(document), &body), STATUS_OK);

	enum status status = credentials_parse(&body, "a test", &of_document, reason);

	if (status != STATUS_OK)
		return status;
	whole_without_expiration(&of_document);
	snprintf(document, sizeof(document), xml, (int)length_bytes, text);
	status = sts_reply_try(200, document, strlen(document), &of_sts, reason);
	if (status == STATUS_OK)
		whole_without_expiration(&of_sts);
	return status;
}

static enum status
program_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	owned_credentials credentials = {0};
	owned_secret output = {0};

	(void)path;
	assert_int_equal(secret_copy(text, length_bytes, &output), STATUS_OK);
	return process_output_parse(&output, "profile p", NOW_S, &credentials, reason);
}

/* One line: what stands before its newline. */
static void
line_take(const char *text, size_t length_bytes, char line[static INVALID_CASE_BYTES + 1])
{
	memcpy(line, text, length_bytes);
	line[length_bytes] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

static enum status
container_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	static char line[INVALID_CASE_BYTES + 1];
	struct container_url url;

	(void)path;
	line_take(text, length_bytes, line);
	return container_url_parse(line, &url, reason);
}

static enum status
endpoint_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	static char line[INVALID_CASE_BYTES + 1];
	struct endpoint endpoint;

	(void)path;
	line_take(text, length_bytes, line);
	return endpoint_parse(line, URL_TRUST_SERVICE, "AWS_ENDPOINT_URL_SSM", &endpoint, reason);
}

static enum status
name_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	static char line[INVALID_CASE_BYTES + 1];
	struct parameter_name name;

	(void)path;
	line_take(text, length_bytes, line);
	return parameter_name_parse(line, &name, reason);
}

static void
malformed_replies_of_sts_are_named(void **state)
{
	(void)state;
	invalid_cases_walk("sts", sts_try);
}

static void
malformed_refusals_of_sts_are_no_refusals_of_aws(void **state)
{
	(void)state;
	invalid_cases_walk("sts-errors", sts_error_try);
}

static void
malformed_texts_of_metadata_are_named(void **state)
{
	(void)state;
	invalid_cases_walk("metadata-texts", metadata_text_try);
}

static void
malformed_expirations_spoil_no_credentials(void **state)
{
	(void)state;
	invalid_cases_walk("expirations", expiration_try);
}

static void
malformed_output_of_programs_is_named_by_its_member(void **state)
{
	(void)state;
	invalid_cases_walk("programs", program_try);
}

static void
malformed_addresses_of_containers_are_refused(void **state)
{
	(void)state;
	invalid_cases_walk("containers", container_try);
}

static void
malformed_endpoints_are_refused_by_the_name_of_their_variable(void **state)
{
	(void)state;
	invalid_cases_walk("endpoints", endpoint_try);
}

static void
malformed_names_of_parameters_are_refused(void **state)
{
	(void)state;
	invalid_cases_walk("names", name_try);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_replies_of_sts_are_named),
		cmocka_unit_test(malformed_refusals_of_sts_are_no_refusals_of_aws),
		cmocka_unit_test(malformed_texts_of_metadata_are_named),
		cmocka_unit_test(malformed_expirations_spoil_no_credentials),
		cmocka_unit_test(malformed_output_of_programs_is_named_by_its_member),
		cmocka_unit_test(malformed_addresses_of_containers_are_refused),
		cmocka_unit_test(malformed_endpoints_are_refused_by_the_name_of_their_variable),
		cmocka_unit_test(malformed_names_of_parameters_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
