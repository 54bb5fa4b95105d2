/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * format: a volume from nothing. The order is the safety: key stored, read back, header, proof,
 * filesystem, finished. Each step of a run that was cut off is known again by the next one.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/disk_content.h"
#include "cli/documents.h"
#include "cli/mkfs.h"
#include "cli/provision.h"
#include "volume/bounded.h"
#include "volume/dm.h"

#define PURPOSE "format"
/* 160 bits, which people can still type. */
#define RECOVERY_BYTES 20

struct format {
	struct provision provision;
	struct disk_content content;
	const char *fstype; /* NULL: none is made */
	char map_name[48];  /* while the filesystem is made */
	char left_name[48]; /* the same of the header that is there, whose run may have left it */
	struct secret recovery; /* owned; "" without a recovery slot */
	enum luks_progress progress;
	bool has_header; /* of an earlier run */
};

static void
format_end(struct format *format)
{
	provision_end(&format->provision);
	secret_end(&format->recovery);
}

static enum status
format_check_options(const struct command_call *call, struct format *format, struct reason *reason)
{
	const char *fstype = call->params.fstype;
	enum status status = provision_check_options(call, "luksFormat", reason);

	if (status != STATUS_OK || call->options[OPTION_no_filesystem] != NULL)
		return status;
	format->fstype = strcmp(fstype, "auto") == 0 ? "xfs" : fstype;
	return mkfs_check(format->fstype, reason);
}

/*
 * Whether the header that is there is one that an earlier run has begun. With --use-existing its
 * parameter cannot tell; where the header has a label, that says that nothing was stored behind it.
 */
static enum status
format_was_begun(struct format *format, bool *ret_begun, struct reason *reason)
{
	struct provision *provision = &format->provision;

	if (format->content.luks_uuid[0] == '\0')
		return STATUS_OK;
	memcpy(provision->uuid, format->content.luks_uuid, UUID_TEXT_BYTES);
	provision->uuid_of_device = true;
	if (provision->call->options[OPTION_use_existing] != NULL) {
		*ret_begun = strcmp(format->content.label, LUKS_LABEL_UNFINISHED) == 0;
		return STATUS_OK;
	}
	enum status status = provision_was_begun(provision, PURPOSE, ret_begun, reason);

	provision->was_stored = *ret_begun;
	return status == STATUS_NO_PARAMETER ? STATUS_OK : status;
}

/* A device that holds something: an earlier run's own header, or the administrator's twofold word.
 */
static enum status
format_judge_content(struct format *format, struct reason *reason)
{
	struct provision *provision = &format->provision;
	const char *again = provision->call->options[OPTION_overwrite];
	struct reason refusal = {0};

	if (format->content.type[0] == '\0')
		return STATUS_OK;
	if (again != NULL && strcmp(again, provision->call->operand) == 0)
		return STATUS_OK;
	if (format_was_begun(format, &format->has_header, &refusal) != STATUS_OK)
		return reason_pass(&refusal, reason);
	if (format->has_header)
		return STATUS_OK;
	return reason_set(reason, STATUS_DEVICE_IN_USE,
		"%.60s holds %s; if all of it may be lost, say so with --overwrite=%.60s",
		provision->path, format->content.type, provision->call->operand);
}

static unsigned int
format_version(const struct command_call *call)
{
	return call->options[OPTION_luks1] != NULL ? 1 : 2;
}

static enum status
rehearse_body(void *context, struct reason *reason)
{
	const struct format *format = context;

	return luks_make_rehearse(format->provision.path, format_version(format->provision.call),
		reason);
}

/* The run's own mapping, while the filesystem is made. */
static void
mapping_name(const char *uuid, char ret_name[static 48])
{
	snprintf(ret_name, 48, "luks-ssm-%.36s", uuid);
}

/* Unless what an earlier run left open has it: that is closed before anything is written. */
static enum status
format_check_unused(struct format *format, struct reason *reason)
{
	const struct provision *provision = &format->provision;
	owned_dm_list mappings = {0};
	enum status status = STATUS_OK;

	if (format->content.luks_uuid[0] == '\0' || provision->is_file)
		return disk_check_unused(provision->path, reason);
	mapping_name(format->content.luks_uuid, format->left_name);
	/* The kernel is asked: one that was cut off in the making has no node yet. */
	status = dm_list_read(&mappings, reason);
	if (status != STATUS_OK || dm_list_find_name(&mappings, format->left_name) != NULL)
		return status;
	return disk_check_unused(provision->path, reason);
}

/* Everything that can be known before anything is stored or written. */
static enum status
format_look(const struct command_call *call, struct format *format, struct reason *reason)
{
	struct provision *provision = &format->provision;
	enum status status = provision_find_device(call, call->params.device, provision, reason);

	if (status == STATUS_OK && !provision->is_file)
		status = command_check_rights(call, reason);
	if (status == STATUS_OK && provision->is_file && format->fstype != NULL)
		status = reason_set(reason, STATUS_BAD_PARAMETER,
			"%.80s is a file; it can be formatted with --no-filesystem alone",
			provision->path);
	if (status == STATUS_OK)
		status = disk_content_look(provision->path, call->deadline, &format->content,
			reason);
	if (status == STATUS_OK)
		status = provision_check_cluster(provision, format->content.luks_uuid, reason);
	if (status == STATUS_OK)
		status = format_judge_content(format, reason);
	if (status != STATUS_OK)
		return status;
	if (!format->has_header && call->params.luks_uuid != NULL)
		snprintf(provision->uuid, sizeof(provision->uuid), "%s", call->params.luks_uuid);
	else if (!format->has_header)
		status = uuid_make(provision->uuid, reason);
	provision->uuid_of_device = format->has_header || call->params.luks_uuid != NULL;
	if (status == STATUS_OK)
		status = format_check_unused(format, reason);
	if (status == STATUS_OK)
		status = bounded_run(rehearse_body, provision->path, format, sizeof(*format),
			call->deadline, reason);
	return status;
}

/* What a run that was cut off in the making of the filesystem left open. */
static enum status
format_free_device(struct format *format, struct reason *reason)
{
	const struct provision *provision = &format->provision;
	enum status status = STATUS_OK;

	if (format->left_name[0] != '\0')
		status = luks_unmap(format->left_name, reason);
	return status == STATUS_OK ? disk_check_unused(provision->path, reason) : status;
}

static enum status
header_body(void *context, struct reason *reason)
{
	struct format *format = context;
	const struct provision *provision = &format->provision;
	enum status status = STATUS_OK;

	format->progress = LUKS_WITHOUT_KEY;
	if (format->has_header)
		status = luks_look_progress(provision->path, &provision->key.key, &format->progress,
			reason);
	if (status != STATUS_OK || format->progress != LUKS_WITHOUT_KEY)
		return status;
	format->progress = LUKS_UNFINISHED;
	return luks_make(provision->path, format_version(provision->call), provision->uuid,
		&provision->key.key, provision->stretch, reason);
}

/* The device is written from here on; its key is stored. */
static enum status
format_make_header(struct format *format, struct reason *reason)
{
	const struct provision *provision = &format->provision;
	struct deadline deadline = provision->call->deadline;
	enum status status = STATUS_OK;

	log_step("formatting %s", provision->path);
	if (!format->has_header)
		status = disk_content_check_same(provision->path, &format->content, deadline,
			reason);
	if (status == STATUS_OK && !format->has_header && format->content.type[0] != '\0')
		status = disk_content_wipe(provision->path, deadline, reason);
	if (status == STATUS_OK)
		status = bounded_run(header_body, "formatting", format, sizeof(*format), deadline,
			reason);
	return status;
}

static enum status
map_body(void *context, struct reason *reason)
{
	const struct format *format = context;

	return luks_map(format->provision.path, format->map_name, &format->provision.key.key,
		reason);
}

static enum status
format_make_filesystem(struct format *format, struct reason *reason)
{
	struct deadline deadline = format->provision.call->deadline;
	char path[PATH_MAX];

	if (format->fstype == NULL)
		return STATUS_OK;
	/* Its UUID may be an earlier run's by now, and the next run looks for the mapping by it. */
	mapping_name(format->provision.uuid, format->map_name);
	enum status status = bounded_run(map_body, "opening the device", format, sizeof(*format),
		deadline, reason);

	if (status != STATUS_OK)
		return status;
	snprintf(path, sizeof(path), "/dev/mapper/%s", format->map_name);
	status = mkfs_run(format->fstype, path, deadline, reason);

	enum status closed = luks_unmap(format->map_name, status == STATUS_OK ? reason : NULL);

	return status == STATUS_OK ? closed : status;
}

static void
format_tell(struct command_call *call, const struct format *format, const char *result)
{
	struct json_object *root = answer_root(&call->answer);
	struct document_volume volume;
	const struct provision *provision = &format->provision;

	answer_text(root, "result", result);
	answer_text(root, "device", provision->path);
	/* A rehearsal's own choice is nobody else's. */
	const char *uuid = call->options[OPTION_dry_run] == NULL || provision->uuid_of_device
		? provision->uuid
		: NULL;

	answer_text(root, "luks_uuid", uuid);
	answer_text(root, "parameter", call->params.ssm_parameter);
	if (provision->key.version > 0)
		answer_number(root, "version", provision->key.version);
	answer_text(root, "filesystem", format->fstype != NULL ? format->fstype : "none");
	if (format->recovery.length_bytes > 0)
		answer_text(root, "recovery_key", format->recovery.bytes);
	document_volume_make(call, call->params.map_name != NULL ? call->params.map_name : "data",
		&volume);
	volume.texts[PARAM_luks_uuid] = uuid;
	if (volume.texts[PARAM_directory] == NULL)
		volume.texts[PARAM_directory] = call->params.directory;
	if (volume.texts[PARAM_region] == NULL && provision->key.region[0] != '\0')
		volume.texts[PARAM_region] = provision->key.region;
	documents_tell_new(&volume, provision->key.arn, call->options[OPTION_kms_key_id], root);
	provision_tell_note(provision, root);
}

static enum status
recovery_body(void *context, struct reason *reason)
{
	const struct format *format = context;

	return luks_add_recovery_key(format->provision.path, &format->provision.key.key,
		&format->recovery, reason);
}

static enum status
recovery_back_body(void *context, struct reason *reason)
{
	const struct format *format = context;

	return luks_remove_key(format->provision.path, &format->recovery, reason);
}

/* The recovery slot, and the answer with its key: a slot whose key nobody saw does not stay. */
static enum status
format_add_recovery(struct command_call *call, struct format *format, struct reason *reason)
{
	enum status status = key_make(RECOVERY_BYTES, &format->recovery, reason);

	if (status == STATUS_OK)
		status = bounded_run(recovery_body, "the recovery slot", format, sizeof(*format),
			call->deadline, reason);
	if (status != STATUS_OK)
		return status;
	format_tell(call, format, "ok");

	int error = command_deliver(call);

	if (error == 0)
		return STATUS_OK;
	if (bounded_run(recovery_back_body, "the recovery slot", format, sizeof(*format),
		    call->deadline, NULL) != STATUS_OK)
		return reason_set(reason, STATUS_INTERNAL,
			"recovery key not written: %s; its slot stays; remove it with cryptsetup luksKillSlot, see luksDump",
			strerror(error));
	return reason_set(reason, STATUS_INTERNAL,
		"the recovery key could not be written: %s; its slot was removed; run this command again",
		strerror(error));
}

static enum status
finish_body(void *context, struct reason *reason)
{
	const struct format *format = context;
	const struct provision *provision = &format->provision;

	return luks_make_finish(provision->path, &provision->key.key, provision->stretch, reason);
}

static enum status
format_write(struct command_call *call, struct format *format, struct reason *reason)
{
	enum status status = format_make_header(format, reason);

	if (status == STATUS_OK)
		status = provision_prove(&format->provision, reason);
	if (status != STATUS_OK || format->progress == LUKS_FINISHED)
		return status;
	status = format_make_filesystem(format, reason);
	if (status == STATUS_OK && call->options[OPTION_recovery_slot] != NULL)
		status = format_add_recovery(call, format, reason);
	if (status == STATUS_OK)
		status = bounded_run(finish_body, "the last key slot", format, sizeof(*format),
			call->deadline, reason);
	return status;
}

enum status
cmd_format(struct command_call *call, struct reason *reason)
{
	owned_by(format_end) struct format format = {0};
	enum status status = reason_pass(&call->params.problem, reason);

	if (status == STATUS_OK)
		status = format_check_options(call, &format, reason);
	if (status == STATUS_OK)
		status = format_look(call, &format, reason);
	if (status == STATUS_OK && call->options[OPTION_dry_run] != NULL) {
		format_tell(call, &format,
			format.has_header ? "an earlier run would be finished; nothing was changed"
				: format.provision.uuid_of_device
				? "it would be formatted; nothing was changed"
				: "it would be formatted, under a LUKS UUID that is chosen then; nothing was changed");
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		status = format_free_device(&format, reason);
	if (status == STATUS_OK)
		status = provision_key(&format.provision, PURPOSE, reason);
	if (status == STATUS_OK)
		status = format_write(call, &format, reason);
	if (status == STATUS_OK && !call->is_delivered)
		format_tell(call, &format, "ok");
	return status;
}
