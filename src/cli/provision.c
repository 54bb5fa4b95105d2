/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps that format and enroll share. */
#include "cli/provision.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/cluster_claim.h"
#include "cli/store.h"
#include "volume/bounded.h"
#include "volume/device.h"
#include "volume/header.h"
#include "volume/luks.h"

#define KEY_BYTES 32

enum status
provision_check_options(const struct command_call *call, const char *action, struct reason *reason)
{
	const char *parameter = call->params.ssm_parameter;

	if (!command_has(call, PARAM_ssm_parameter))
		return reason_set(reason, STATUS_MISSING_PARAMETER,
			"ssm_parameter is not set: give --ssm-parameter, where the key is to be stored");
	if (call->options[OPTION_use_existing] == NULL && strchr(parameter, ':') != NULL)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"ssm_parameter=%.60s: a new parameter has a plain name, without version, label or ARN",
			parameter);
	if (call->options[OPTION_use_existing] == NULL &&
		strcmp(call->params.key_encoding, "text") != 0)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"key_encoding=%.20s: a new key is stored as text; leave it out, or take a value that is there with --use-existing",
			call->params.key_encoding);
	if (command_has(call, PARAM_header))
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"header=%.60s: %s writes to no detached header; use cryptsetup %s --header",
			call->params.header, call->row->name, action);
	return STATUS_OK;
}

enum status
provision_find_device(const struct command_call *call, const char *where,
	struct provision *ret_provision, struct reason *reason)
{
	struct provision provision = {.call = call, .stretch = LUKS_STRETCH_RANDOM};
	struct device device;
	struct stat info;

	if (where[0] == '/' && stat(where, &info) == 0 && S_ISREG(info.st_mode)) {
		provision.is_file = true;
		snprintf(provision.path, sizeof(provision.path), "%s", where);
	} else {
		enum status status = device_find(where, &device, reason);

		if (status != STATUS_OK)
			return status;
		memcpy(provision.path, device.path, sizeof(provision.path));
	}
	*ret_provision = provision;
	return STATUS_OK;
}

enum status
provision_check_cluster(const struct provision *provision, const char *found_uuid,
	struct reason *reason)
{
	const struct command_call *call = provision->call;
	const char *const uuids[] = {found_uuid,
		call->params.luks_uuid != NULL ? call->params.luks_uuid : ""};
	enum status status = STATUS_OK;

	if (provision->is_file || call->options[OPTION_despite_cluster] != NULL)
		return STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < sizeof(uuids) / sizeof(uuids[0]); i++) {
		struct params params = {.device = provision->path, .luks_uuid = uuids[i]};
		struct wanted wanted;

		wanted_make(&params, "", &wanted);
		if (i == 0 || wanted.pin[0] != '\0')
			status = cluster_claim_check(&wanted, reason);
	}
	return status;
}

static enum status
random_take(unsigned char *bytes, size_t count, struct reason *reason)
{
	/* Up to 256 bytes come whole (getrandom(2)). */
	if (getrandom(bytes, count, 0) == (ssize_t)count)
		return STATUS_OK;
	return reason_set(reason, STATUS_INTERNAL, "the kernel gives no random bytes: %s",
		strerror(errno));
}

enum status
uuid_make(char ret_uuid[static UUID_TEXT_BYTES], struct reason *reason)
{
	unsigned char b[16];
	enum status status = random_take(b, sizeof(b), reason);

	if (status != STATUS_OK)
		return status;
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	snprintf(ret_uuid, UUID_TEXT_BYTES,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		b[15]);
	return STATUS_OK;
}

/* Without a branch or a look into a table that depends on the digit. */
static char
digit_of(unsigned int nibble)
{
	unsigned int is_letter = (9 - nibble) >> 8 & 1;

	return (char)('0' + nibble + is_letter * ('a' - '0' - 10));
}

enum status
key_make(size_t bytes, struct secret *ret_key, struct reason *reason)
{
	owned_secret random = {0}, key = {0};
	enum status status = secret_make(&random, bytes);

	if (status == STATUS_OK)
		status = secret_make(&key, 2 * bytes);
	if (status == STATUS_OK)
		status = random_take((unsigned char *)random.bytes, bytes, reason);
	for (size_t i = 0; status == STATUS_OK && i < bytes; i++) {
		unsigned int byte = (unsigned char)random.bytes[i];
		char digits[2] = {digit_of(byte >> 4), digit_of(byte & 0x0f)};

		status = secret_append(&key, digits, sizeof(digits));
	}
	if (status != STATUS_OK)
		return reason_set(reason, status, "no memory for a key");
	*ret_key = secret_steal(&key);
	return STATUS_OK;
}

/* "luks-ssm format: LUKS UUID 0123…, device /dev/nvme1n1, node web1" */
static void
description_make(const struct provision *provision, const char *purpose, const char *uuid,
	char ret_description[static DESCRIPTION_BYTES])
{
	char node[HOST_NAME_MAX + 1] = "";

	gethostname(node, sizeof(node) - 1);
	snprintf(ret_description, DESCRIPTION_BYTES,
		"luks-ssm %s: LUKS UUID %s, device %.700s, node %s", purpose, uuid,
		provision->call->params.device, node);
}

bool
description_is_ours(const struct provision *provision, const char *purpose, const char *description,
	char ret_uuid[static UUID_TEXT_BYTES])
{
	static const char mark[] = ": LUKS UUID ";
	char expected[DESCRIPTION_BYTES], uuid[UUID_TEXT_BYTES], stripped[LUKS_UUID_BYTES];
	const char *found = strstr(description, mark);

	if (found == NULL || strlen(found) < strlen(mark) + UUID_TEXT_BYTES)
		return false;
	memcpy(uuid, found + strlen(mark), UUID_TEXT_BYTES - 1);
	uuid[UUID_TEXT_BYTES - 1] = '\0';
	if (!luks_uuid_parse(uuid, stripped))
		return false;
	description_make(provision, purpose, uuid, expected);
	if (strcmp(expected, description) != 0)
		return false;
	memcpy(ret_uuid, uuid, UUID_TEXT_BYTES);
	return true;
}

enum status
provision_was_begun(struct provision *provision, const char *purpose, bool *ret_begun,
	struct reason *reason)
{
	owned_store_rows rows = {0};
	const struct command_call *call = provision->call;
	char uuid[UUID_TEXT_BYTES];
	enum status status = store_list(&call->params, OPERATION_HISTORY, call->deadline, &rows,
		reason);

	if (status != STATUS_OK)
		return status;
	/* More than one version: somebody rotated it, and it is not being made any more. */
	*ret_begun = rows.count == 1 &&
		description_is_ours(provision, purpose, rows.rows[0][STORE_DESCRIPTION], uuid) &&
		(provision->uuid[0] == '\0' || strcmp(uuid, provision->uuid) == 0);
	if (!*ret_begun)
		return STATUS_OK;
	memcpy(provision->uuid, uuid, sizeof(uuid));
	provision->stored.version = (unsigned int)strtoul(rows.rows[0][STORE_VERSION], NULL, 10);
	return STATUS_OK;
}

/* A parameter of that name is there: whose? */
static enum status
parameter_judge_existing(struct provision *provision, const char *purpose, struct reason *reason)
{
	const char *name = provision->call->params.ssm_parameter;
	char chosen[UUID_TEXT_BYTES];
	bool begun = false;

	memcpy(chosen, provision->uuid, sizeof(chosen));
	/* A UUID that this run chose by chance says nothing; one that the device has does. */
	if (!provision->uuid_of_device)
		provision->uuid[0] = '\0';
	enum status status = provision_was_begun(provision, purpose, &begun, reason);

	if (status != STATUS_OK)
		return status;
	if (begun) {
		provision->was_stored = true;
		return STATUS_OK;
	}
	memcpy(provision->uuid, chosen, sizeof(chosen));
	return reason_set(reason, STATUS_PARAMETER_EXISTS,
		"%.60s is there, and not from an earlier run for this device and node; choose another name, or --use-existing",
		name);
}

/* What the nodes will be given is the newest version: it must be the one that was stored. */
static enum status
key_check_newest(const struct provision *provision, struct reason *reason)
{
	const struct command_call *call = provision->call;
	owned_fetched_key newest = {0};
	enum status status = key_fetch(&call->params, NULL, 0, call->deadline, &newest, reason);

	if (status != STATUS_OK || newest.version == provision->key.version)
		return status;
	return reason_set(reason, STATUS_PARAMETER_EXISTS,
		"%.60s: somebody has stored version %u over version %u; nothing was written to the device",
		call->params.ssm_parameter, newest.version, provision->key.version);
}

/* KEY is what was stored; NULL where an earlier run did that. */
static enum status
key_read_back(struct provision *provision, const struct secret *key, struct reason *reason)
{
	const struct command_call *call = provision->call;
	enum status status = key_fetch(&call->params, &provision->stored, 0, call->deadline,
		&provision->key, reason);

	if (status == STATUS_OK && key != NULL && !secret_is_equal(key, &provision->key.key))
		return reason_set(reason, STATUS_WRONG_KEY,
			"%.60s: what was read back is not what was stored; nothing was written to the device",
			call->params.ssm_parameter);
	return status == STATUS_OK ? key_check_newest(provision, reason) : status;
}

static enum status
key_use_existing(struct provision *provision, struct reason *reason)
{
	const struct command_call *call = provision->call;

	if (call->options[OPTION_key_is_random] == NULL)
		provision->stretch = LUKS_STRETCH_HUMAN;
	return key_fetch(&call->params, NULL, 0, call->deadline, &provision->key, reason);
}

enum status
provision_key(struct provision *provision, const char *purpose, struct reason *reason)
{
	const struct command_call *call = provision->call;
	char description[DESCRIPTION_BYTES];
	owned_secret key = {0};
	struct reason refusal = {0};

	if (call->options[OPTION_use_existing] != NULL)
		return key_use_existing(provision, reason);
	if (provision->was_stored)
		return key_read_back(provision, NULL, reason);
	enum status status = key_make(KEY_BYTES, &key, reason);

	if (status != STATUS_OK)
		return status;
	description_make(provision, purpose, provision->uuid, description);
	status = store_put(&call->params, &key, description, call->options[OPTION_kms_key_id],
		call->deadline, &provision->stored, &refusal);
	if (status == STATUS_PARAMETER_EXISTS)
		status = parameter_judge_existing(provision, purpose, reason);
	if (status != STATUS_OK) {
		reason_pass(&refusal, reason);
		return status;
	}
	return key_read_back(provision, provision->was_stored ? NULL : &key, reason);
}

struct try_job {
	const struct provision *provision;
	const struct secret *key;
	char pin[LUKS_UUID_BYTES];
};

static enum status
try_body(void *context, struct reason *reason)
{
	const struct try_job *job = context;
	owned_header header = HEADER_EMPTY;
	struct luks_report report;
	enum status status = header_copy(job->provision->path, &header, reason);

	if (status == STATUS_OK)
		status = luks_judge(&header, job->pin, &report, reason);
	return status == STATUS_OK
		? luks_try_key(&header, job->key, job->provision->call->deadline, reason)
		: status;
}

enum status
provision_try_key(const struct provision *provision, const struct secret *key,
	struct reason *reason)
{
	struct try_job job = {.provision = provision, .key = key};

	if (!luks_uuid_parse(provision->uuid, job.pin))
		return reason_set(reason, STATUS_INTERNAL, "%s is no UUID", provision->uuid);
	return bounded_run(try_body, "the key derivation", &job, sizeof(job),
		provision->call->deadline, reason);
}

enum status
provision_prove(struct provision *provision, struct reason *reason)
{
	log_step("proving that the key opens %s", provision->path);
	return provision_try_key(provision, &provision->key.key, reason);
}

void
provision_tell_note(const struct provision *provision, struct json_object *root)
{
	const struct command_call *call = provision->call;
	const char *region = call->params.region;
	char text[400] = "";

	if (call->options[OPTION_use_existing] != NULL && call->options[OPTION_kms_key_id] == NULL)
		snprintf(text, sizeof(text),
			"the reader's policy has no kms:Decrypt, which a parameter under a KMS key of yours needs: --kms-key-id names that key. ");
	if (region != NULL && strchr(region, ',') != NULL)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			"The reader's policy is for %.40s; luks-ssm policy prints those of the other regions.",
			provision->key.region);
	if (text[0] != '\0')
		answer_text(root, "note", text);
}

void
provision_end(struct provision *provision)
{
	fetched_key_end(&provision->key);
}
