/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The statements, and the conditions that really work in each case. */
#include "cli/policy.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT_DIGITS 12

static bool
text_is_account(const char *text, size_t length_bytes)
{
	return length_bytes == ACCOUNT_DIGITS && strspn(text, "0123456789") >= ACCOUNT_DIGITS;
}

/* "arn:PARTITION:ssm:REGION:ACCOUNT:…": its second and fifth part. */
static bool
arn_take(const char *arn, struct policy *policy)
{
	const char *parts[6] = {arn};

	for (size_t i = 1; i < 6; i++) {
		const char *colon = strchr(parts[i - 1], ':');

		if (colon == NULL)
			return false;
		parts[i] = colon + 1;
	}
	size_t account_bytes = (size_t)(parts[5] - parts[4]) - 1;
	size_t partition_bytes = (size_t)(parts[2] - parts[1]) - 1;

	if (!text_is_account(parts[4], account_bytes) ||
		partition_bytes >= sizeof(policy->partition))
		return false;
	snprintf(policy->account, sizeof(policy->account), "%.*s", (int)account_bytes, parts[4]);
	snprintf(policy->partition, sizeof(policy->partition), "%.*s", (int)partition_bytes,
		parts[1]);
	/* What selects a version is no part of the resource. */
	snprintf(policy->parameter_arn, sizeof(policy->parameter_arn), "%.*s",
		(int)(parts[5] - arn) + (int)strcspn(parts[5], ":"), arn);
	return true;
}

/* The partitions as the ARN has them (partitions.json of botocore). */
static const char *
partition_of_region(const char *region)
{
	static const char *const partitions[][2] = {{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"},
		{"us-iso-", "aws-iso"}, {"us-isob-", "aws-iso-b"}, {"eu-isoe-", "aws-iso-e"},
		{"us-isof-", "aws-iso-f"}, {"eusc-", "aws-eusc"}};

	for (size_t i = 0; i < sizeof(partitions) / sizeof(partitions[0]); i++) {
		if (strncmp(region, partitions[i][0], strlen(partitions[i][0])) == 0)
			return partitions[i][1];
	}
	return "aws";
}

static enum status
parameter_take(const char *parameter, const char *region, const char *account,
	struct policy *policy, struct reason *reason)
{
	int base_bytes = (int)strcspn(parameter, ":");

	if (region != NULL && strchr(region, ',') != NULL)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"region=%.60s: a policy names the parameter of one region; print one for each",
			region);
	if (strncmp(parameter, "arn:", 4) == 0)
		return arn_take(parameter, policy)
			? STATUS_OK
			: reason_set(reason, STATUS_BAD_PARAMETER,
				  "ssm_parameter=%.60s: is not the ARN of a parameter; correct it",
				  parameter);
	if (region == NULL)
		return reason_set(reason, STATUS_MISSING_PARAMETER,
			"region is not set: a policy names the parameter's ARN; give --region");
	if (account == NULL || !text_is_account(account, strlen(account)))
		return reason_set(reason, STATUS_MISSING_PARAMETER,
			"the account is not known: give --account with its twelve digits, or the parameter's ARN");
	snprintf(policy->account, sizeof(policy->account), "%s", account);
	snprintf(policy->partition, sizeof(policy->partition), "%s", partition_of_region(region));
	snprintf(policy->parameter_arn, sizeof(policy->parameter_arn),
		"arn:%s:ssm:%.63s:%s:parameter/%.*s", policy->partition, region, policy->account,
		base_bytes - (parameter[0] == '/'), parameter + (parameter[0] == '/'));
	return STATUS_OK;
}

/* An alias is no resource that a statement on the key could name. */
static void
key_take(const char *key, const char *region, struct policy *policy)
{
	const char *alias = strstr(key, "alias/");

	if (alias != NULL) {
		snprintf(policy->key_alias, sizeof(policy->key_alias), "%.256s", alias);
		snprintf(policy->key_arn, sizeof(policy->key_arn), "arn:%s:kms:%.63s:%s:key/*",
			policy->partition, region, policy->account);
	} else if (strncmp(key, "arn:", 4) == 0) {
		snprintf(policy->key_arn, sizeof(policy->key_arn), "%.2048s", key);
	} else {
		snprintf(policy->key_arn, sizeof(policy->key_arn), "arn:%s:kms:%.63s:%s:key/%.128s",
			policy->partition, region, policy->account, key);
	}
}

enum status
policy_make(const char *parameter, const char *region, const char *account, const char *key,
	struct policy *ret_policy, struct reason *reason)
{
	struct policy policy = {.node_role = "luks-node"};
	char of_arn[64] = "*";
	enum status status = parameter_take(parameter, region, account, &policy, reason);

	if (status != STATUS_OK)
		return status;
	if (region == NULL)
		sscanf(policy.parameter_arn, "arn:%*[^:]:ssm:%63[^:]", of_arn);
	if (key != NULL && strcmp(key, "alias/aws/ssm") != 0)
		key_take(key, region != NULL ? region : of_arn, &policy);
	*ret_policy = policy;
	return STATUS_OK;
}

/* RFC 1918, RFC 6598, RFC 3927 and the loopback; RFC 4193 and RFC 4291 for version 6. */
static bool
network_is_private(const char *text)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, text, &v4) == 1) {
		uint32_t address = ntohl(v4.s_addr);

		return address >> 24 == 10 || address >> 20 == 0xac1 || address >> 16 == 0xc0a8 ||
			address >> 22 == 0x191 || address >> 16 == 0xa9fe || address >> 24 == 127;
	}
	return inet_pton(AF_INET6, text, &v6) == 1 &&
		((v6.s6_addr[0] & 0xfe) == 0xfc || IN6_IS_ADDR_LINKLOCAL(&v6) ||
			IN6_IS_ADDR_LOOPBACK(&v6));
}

/* An address, and how many of its bits count: "" or "/" and a number. */
static bool
network_is_valid(const char *address, const char *prefix)
{
	unsigned char bytes[16];
	bool is_v4 = inet_pton(AF_INET, address, bytes) == 1;
	size_t digits = *prefix == '/' ? strspn(prefix + 1, "0123456789") : 0;

	if (!is_v4 && inet_pton(AF_INET6, address, bytes) != 1)
		return false;
	if (*prefix == '\0')
		return true;
	return digits >= 1 && digits <= 3 && prefix[1 + digits] == '\0' &&
		strtoul(prefix + 1, NULL, 10) <= (is_v4 ? 32 : 128);
}

enum status
policy_check_networks(const struct policy *policy, struct reason *reason)
{
	const char *rest = policy->source_ip;

	while (rest != NULL && *rest != '\0') {
		size_t length_bytes = strcspn(rest, ",");
		char network[64], address[64];

		snprintf(network, sizeof(network), "%.*s", (int)length_bytes, rest);
		snprintf(address, sizeof(address), "%.*s", (int)strcspn(network, "/"), network);
		if (!network_is_valid(address, network + strlen(address)))
			return reason_set(reason, STATUS_BAD_PARAMETER,
				"--source-ip: \"%.40s\" is no address range; write 198.51.100.0/24, and commas between several",
				network);
		if (policy->vpc_endpoint == NULL && network_is_private(address))
			return reason_set(reason, STATUS_BAD_PARAMETER,
				"--source-ip: %.40s is private, and AWS sees the NAT's public address; name that, or --vpc-endpoint",
				address);
		rest += length_bytes + (rest[length_bytes] == ',');
	}
	return STATUS_OK;
}

static void
policy_text_put(struct json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

/* {OPERATOR: {NAME: VALUES}} into the conditions; VALUES are separated by commas. */
static void
condition_put(struct json_object *conditions, const char *operator, const char * name,
	const char *values)
{
	struct json_object *list = json_object_new_array();
	struct json_object *of_operator = NULL;

	while (*values != '\0') {
		size_t length_bytes = strcspn(values, ",");

		json_object_array_add(list, json_object_new_string_len(values, (int)length_bytes));
		values += length_bytes + (values[length_bytes] == ',');
	}
	if (!json_object_object_get_ex(conditions, operator, & of_operator)) {
		of_operator = json_object_new_object();
		json_object_object_add(conditions, operator, of_operator);
	}
	json_object_object_add(of_operator, name, list);
}

/* A new statement of the document; ACTIONS are separated by commas. */
static struct json_object *
statement_put(struct json_object *statements, const char *sid, const char *actions,
	const char *resource)
{
	struct json_object *statement = json_object_new_object();
	struct json_object *list = json_object_new_array();

	policy_text_put(statement, "Sid", sid);
	policy_text_put(statement, "Effect", "Allow");
	while (*actions != '\0') {
		size_t length_bytes = strcspn(actions, ",");

		json_object_array_add(list, json_object_new_string_len(actions, (int)length_bytes));
		actions += length_bytes + (actions[length_bytes] == ',');
	}
	json_object_object_add(statement, "Action", list);
	policy_text_put(statement, "Resource", resource);
	json_object_array_add(statements, statement);
	return statement;
}

static struct json_object *
document_make(struct json_object **ret_statements)
{
	struct json_object *document = json_object_new_object();

	*ret_statements = json_object_new_array();
	policy_text_put(document, "Version", "2012-10-17");
	json_object_object_add(document, "Statement", *ret_statements);
	return document;
}

/* Where a request may come from: on the statement about SSM alone, because KMS is asked by SSM. */
static void
origin_put(const struct policy *policy, struct json_object *statement)
{
	struct json_object *conditions = json_object_new_object();

	if (policy->vpc_endpoint != NULL)
		condition_put(conditions, "StringEquals", "aws:SourceVpce", policy->vpc_endpoint);
	if (policy->source_ip != NULL)
		condition_put(conditions, "IpAddress",
			policy->vpc_endpoint != NULL ? "aws:VpcSourceIp" : "aws:SourceIp",
			policy->source_ip);
	json_object_object_add(statement, "Condition", conditions);
}

static void
key_statement_put(const struct policy *policy, struct json_object *statements, const char *sid,
	const char *actions)
{
	if (policy->key_arn[0] == '\0')
		return;
	struct json_object *statement = statement_put(statements, sid, actions, policy->key_arn);
	struct json_object *conditions = json_object_new_object();

	condition_put(conditions, "StringEquals", "kms:EncryptionContext:PARAMETER_ARN",
		policy->parameter_arn);
	if (policy->key_alias[0] != '\0')
		condition_put(conditions, "ForAnyValue:StringEquals", "kms:ResourceAliases",
			policy->key_alias);
	json_object_object_add(statement, "Condition", conditions);
}

struct json_object *
policy_reader(const struct policy *policy)
{
	struct json_object *statements;
	struct json_object *document = document_make(&statements);
	struct json_object *statement = statement_put(statements, "ReadTheParameter",
		"ssm:GetParameter", policy->parameter_arn);

	if (policy->source_ip != NULL || policy->vpc_endpoint != NULL)
		origin_put(policy, statement);
	key_statement_put(policy, statements, "DecryptThatParameterOnly", "kms:Decrypt");
	return document;
}

struct json_object *
policy_provisioner(const struct policy *policy)
{
	struct json_object *statements;
	struct json_object *document = document_make(&statements);

	statement_put(statements, "StoreTheParameterAndReadItBack",
		"ssm:PutParameter,ssm:GetParameter,ssm:GetParameterHistory", policy->parameter_arn);
	key_statement_put(policy, statements, "EncryptThatParameterOnly",
		"kms:Encrypt,kms:Decrypt");
	return document;
}

static void
principal_put(struct json_object *statement, const char *arn)
{
	struct json_object *principal = json_object_new_object();

	policy_text_put(principal, "AWS", arn);
	json_object_object_add(statement, "Principal", principal);
}

struct json_object *
policy_key(const struct policy *policy)
{
	struct json_object *statements;
	struct json_object *document = document_make(&statements);
	struct json_object *conditions = json_object_new_object();
	char arn[512];

	snprintf(arn, sizeof(arn), "arn:%s:iam::%s:root", policy->partition, policy->account);
	principal_put(statement_put(statements, "TheAccountAdministersTheKey", "kms:*", "*"), arn);
	snprintf(arn, sizeof(arn), "arn:%s:iam::%s:role/%.200s", policy->partition, policy->account,
		policy->node_role);

	struct json_object *statement = statement_put(statements,
		"TheNodesDecryptThatParameterOnly", "kms:Decrypt", "*");

	principal_put(statement, arn);
	condition_put(conditions, "StringEquals", "kms:EncryptionContext:PARAMETER_ARN",
		policy->parameter_arn);
	json_object_object_add(statement, "Condition", conditions);
	return document;
}
