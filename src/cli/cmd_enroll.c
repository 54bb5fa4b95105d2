/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * enroll: one more key slot for a volume that has one. What opens it now is proven first; then the
 * new key is stored and read back, and only then the header is touched. The old slots stay.
 */
#include <string.h>

#include "cli/disk_content.h"
#include "cli/documents.h"
#include "cli/passphrase.h"
#include "cli/provision.h"
#include "volume/bounded.h"

#define PURPOSE "enroll"

struct enroll {
	struct provision provision;
	struct secret old; /* owned */
	bool is_enrolled;  /* the parameter's key opens the device already */
};

static void
enroll_end(struct enroll *enroll)
{
	provision_end(&enroll->provision);
	secret_end(&enroll->old);
}

static enum status
enroll_look(const struct command_call *call, struct enroll *enroll, struct reason *reason)
{
	struct provision *provision = &enroll->provision;
	struct disk_content content = {0};
	enum status status = provision_find_device(call, call->params.device, provision, reason);

	if (status == STATUS_OK && !provision->is_file)
		status = command_check_rights(call, reason);
	if (status == STATUS_OK)
		status = disk_content_look(provision->path, call->deadline, &content, reason);
	if (status == STATUS_OK)
		status = provision_check_cluster(provision, content.luks_uuid, reason);
	if (status != STATUS_OK)
		return status;
	if (content.luks_uuid[0] == '\0')
		return reason_set(reason, STATUS_NOT_LUKS,
			"%.80s holds %s and no LUKS header; luks-ssm format makes one",
			provision->path, content.type[0] != '\0' ? content.type : "nothing");
	memcpy(provision->uuid, content.luks_uuid, sizeof(provision->uuid));
	provision->uuid_of_device = true;
	return STATUS_OK;
}

/* Before anything is stored: without a key that opens it there is nothing to be done. */
static enum status
enroll_prove_old(const struct command_call *call, struct enroll *enroll, struct reason *reason)
{
	const char *file = call->options[OPTION_key_file];
	enum status status = file != NULL
		? passphrase_read_file(file, &enroll->old, reason)
		: passphrase_ask(enroll->provision.path, call->deadline, &enroll->old, reason);

	if (status != STATUS_OK)
		return status;
	struct reason refusal = {0};

	status = provision_try_key(&enroll->provision, &enroll->old, &refusal);
	if (status == STATUS_WRONG_KEY)
		return reason_set(reason, status,
			"what was given opens no keyslot of %s; nothing was changed",
			enroll->provision.path);
	reason_pass(&refusal, reason);
	return status;
}

static enum status
new_body(void *context, struct reason *reason)
{
	const struct enroll *enroll = context;
	const struct provision *provision = &enroll->provision;

	return luks_add_key(provision->path, &enroll->old, &provision->key.key, provision->stretch,
		reason);
}

/* Only here the device is written, and only where an earlier run has not. */
static enum status
enroll_add_slot(const struct command_call *call, struct enroll *enroll, struct reason *reason)
{
	struct reason refusal = {0};
	enum status status = provision_try_key(&enroll->provision, &enroll->provision.key.key,
		&refusal);

	enroll->is_enrolled = status == STATUS_OK;
	if (status != STATUS_WRONG_KEY) {
		reason_pass(&refusal, reason);
		return status;
	}
	return bounded_run(new_body, "the new key slot", enroll, sizeof(*enroll), call->deadline,
		reason);
}

static void
enroll_tell(struct command_call *call, const struct enroll *enroll, const char *result)
{
	struct json_object *root = answer_root(&call->answer);
	struct document_volume volume;

	answer_text(root, "result", result);
	answer_text(root, "device", enroll->provision.path);
	answer_text(root, "luks_uuid", enroll->provision.uuid);
	answer_text(root, "parameter", call->params.ssm_parameter);
	document_volume_make(call, call->params.map_name != NULL ? call->params.map_name : "data",
		&volume);
	volume.texts[PARAM_luks_uuid] = enroll->provision.uuid;
	if (volume.texts[PARAM_directory] == NULL)
		volume.texts[PARAM_directory] = call->params.directory;
	if (volume.texts[PARAM_region] == NULL && enroll->provision.key.region[0] != '\0')
		volume.texts[PARAM_region] = enroll->provision.key.region;
	documents_tell_new(&volume, enroll->provision.key.arn, call->options[OPTION_kms_key_id],
		root);
	provision_tell_note(&enroll->provision, root);
}

enum status
cmd_enroll(struct command_call *call, struct reason *reason)
{
	owned_by(enroll_end) struct enroll enroll = {0};
	enum status status = reason_pass(&call->params.problem, reason);

	if (status == STATUS_OK)
		status = provision_check_options(call, "luksAddKey", reason);
	if (status == STATUS_OK)
		status = enroll_look(call, &enroll, reason);
	if (status == STATUS_OK)
		status = enroll_prove_old(call, &enroll, reason);
	if (status == STATUS_OK && call->options[OPTION_dry_run] != NULL) {
		enroll_tell(call, &enroll, "a key slot would be added; nothing was changed");
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		status = provision_key(&enroll.provision, PURPOSE, reason);
	if (status == STATUS_OK)
		status = enroll_add_slot(call, &enroll, reason);
	if (status == STATUS_OK)
		status = provision_prove(&enroll.provision, reason);
	if (status == STATUS_OK)
		enroll_tell(call, &enroll,
			enroll.is_enrolled ? "ok, it was enrolled already" : "ok");
	return status;
}
