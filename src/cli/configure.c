/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the words of a call to what it wants: configuration file, parameters, the volume's name, the
 * time it has. Opens no device and asks no network.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/command.h"
#include "cli/config_file.h"
#include "cli/luks_mount_file.h"
#include "cli/opened.h"
#include "cli/root_file.h"
#include "cli/unit_order.h"

#define BY_HAND_S 120
#define BY_SYSTEMD_S 600
#define TIMEOUT_MOST_S 86400

#define CONFIG_DIRECTORY SYSCONFDIR "/luks-ssm"

/*
 * A command for a part of a volume's life goes without the rest; what stands in for it is never
 * used, and lets a mistake in another parameter show.
 */
static const char *
stand_in_text(const struct param_row *row)
{
	switch ((enum param_id)(row - param_rows)) {
	case PARAM_device:
		return "/dev/disk/by-id/DEVICE";
	case PARAM_directory:
		return "/srv/data";
	case PARAM_ssm_parameter:
		return "/PARAMETER";
	default:
		return NULL;
	}
}

static const char *
given_text(const struct command_call *call, enum param_id param)
{
	const char *text = call->param_texts[param];

	if (text == NULL && call->row->is_partial && call->operand != NULL &&
		call->row->operand_param == param)
		text = call->operand;
	return text != NULL ? text : variables_get(&call->file, param_rows[param].name);
}

bool
command_has(const struct command_call *call, enum param_id param)
{
	return given_text(call, param) != NULL;
}

static const char *
param_text(void *context, const char *name)
{
	const struct command_call *call = context;
	const struct param_row *row = param_row_find(name);
	const char *text = given_text(call, (enum param_id)(row - param_rows));

	if (text == NULL && call->row->is_partial)
		text = stand_in_text(row);
	/* Whoever runs this by hand or by a unit means the environment it is given. */
	if (text == NULL && strcmp(name, "inherit_environment") == 0)
		text = "yes";
	return text;
}

static enum status
deadline_make(const char *text, struct deadline *ret_deadline, struct reason *reason)
{
	char *rest = NULL;
	long seconds = systemd_is_caller() ? BY_SYSTEMD_S : BY_HAND_S;

	if (text != NULL) {
		seconds = *text >= '0' && *text <= '9' ? strtol(text, &rest, 10) : 0;
		if (seconds < 1 || seconds > TIMEOUT_MOST_S || rest == NULL ||
			(*rest != '\0' && strcmp(rest, "s") != 0))
			return reason_set(reason, STATUS_BAD_REQUEST,
				"--timeout=%.40s: must be seconds from 1 to %d", text,
				TIMEOUT_MOST_S);
	}
	*ret_deadline = deadline_in_ms(seconds * 1000);
	return STATUS_OK;
}

/* The file's name comes from a person or a unit: it names a file there and nothing else. */
static enum status
name_read_config(const char *name, char ret_path[static PATH_MAX], struct variables *ret_file,
	struct reason *reason)
{
	if (strchr(name, '/') != NULL || name[0] == '.' || strlen(name) > MAP_NAME_BYTES)
		return reason_set(reason, STATUS_BAD_REQUEST,
			"--config=%.60s: is a name, and the file is " CONFIG_DIRECTORY "/NAME.conf",
			name);
	snprintf(ret_path, PATH_MAX, CONFIG_DIRECTORY "/%s.conf", name);
	/* A volume of the cluster has no such file. */
	if (access(ret_path, F_OK) != 0 && errno == ENOENT)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"config: %s is not there; write it, or name the volume by --map-name=%s",
			ret_path, name);
	return config_file_read(ret_path, ret_file, reason);
}

/* The operand of those commands that take a volume's name is short for --config. */
static const char *
call_config_name(const struct command_call *call)
{
	if (call->options[OPTION_config] != NULL || !command_takes(call->row, OPTION_config))
		return call->options[OPTION_config];
	if (call->options[OPTION_luks_mount] != NULL)
		return NULL;
	return call->row->operand != NULL && strcmp(call->row->operand, "NAME") == 0 ? call->operand
										     : NULL;
}

/* A mistake in what the file says is said with its line and in its own words; one of the command
 * line's own is not. */
static void
problem_locate(struct command_call *call, const char *path)
{
	for (size_t i = 0; i < PARAM_COUNT; i++) {
		if (call->param_texts[i] != NULL)
			variables_set_line(&call->file, param_rows[i].name, 0);
	}
	root_file_locate(path, &call->file,
		call->options[OPTION_luks_mount] != NULL ? luks_mount_word : NULL,
		&call->params.problem);
}

static enum status
file_name_missing(const char *path, struct reason *reason)
{
	return reason_set(reason, STATUS_MISSING_PARAMETER,
		"%.100s: %s is not set, and is required: name of the mapping under /dev/mapper",
		path, luks_mount_word("map_name"));
}

/* NAME or PATH, or none of them. RET_PATH is the file that was meant. */
static enum status
file_read(struct command_call *call, const char *name, char ret_path[static PATH_MAX],
	struct reason *reason)
{
	const char *path = call->options[OPTION_luks_mount];

	if (name != NULL)
		return name_read_config(name, ret_path, &call->file, reason);
	if (path == NULL)
		return STATUS_OK;
	snprintf(ret_path, PATH_MAX, "%s", path);
	enum status status = luks_mount_file_read(path, &call->file, reason);

	if (status == STATUS_OK && call->row->is_despite_file && !command_has(call, PARAM_map_name))
		return file_name_missing(path, reason);
	return status;
}

/*
 * A volume that is up is closed whatever has become of its file: by the name that was given, and by
 * what this boot knows of its opening. FILE_FAULT is the reason of the file.
 */
static enum status
file_do_without(struct command_call *call, const char *name, const struct reason *file_fault,
	struct reason *reason)
{
	const char *given = call->param_texts[PARAM_map_name];
	char instance[NAME_MAX + 1] = "";
	const char *text = file_fault->text + strlen(status_code(file_fault->status)) + 2;

	if (name != NULL || given != NULL)
		snprintf(instance, sizeof(instance), "%s", name != NULL ? name : given);
	else
		(void)!opened_find(call->options[OPTION_luks_mount], instance);
	variables_end(&call->file);
	enum status status = opened_recall(instance, &call->file);

	if (status == STATUS_NOT_ACTIVE && given == NULL)
		return strstr(text, "--map-name") != NULL
			? reason_pass(file_fault, reason)
			: reason_set(reason, file_fault->status,
				  "%s; correct it, or close by --map-name", text);
	if (status == STATUS_NO_MEMORY)
		return reason_set(reason, status, "no memory for the record of %.60s", instance);
	log_warning("%s; closing what was opened in this boot as %s", text, instance);
	return STATUS_OK;
}

enum status
command_configure(struct command_call *call, struct reason *reason)
{
	const char *name = call_config_name(call);
	char path[PATH_MAX] = "";
	struct reason fault = {0};

	if (call->options[OPTION_luks_mount] != NULL && (name != NULL || call->operand != NULL))
		return reason_set(reason, STATUS_BAD_REQUEST,
			"--luks-mount names the volume's file: give no NAME and no --config beside it");
	enum status status = deadline_make(call->options[OPTION_timeout], &call->deadline, reason);

	if (status != STATUS_OK)
		return status;
	status = file_read(call, name, path, &fault);
	bool is_read = status == STATUS_OK;

	if (!is_read && (!call->row->is_despite_file || status == STATUS_BAD_REQUEST)) {
		reason_pass(&fault, reason);
		return status;
	}
	if (!is_read && file_do_without(call, name, &fault, &call->file_fault) != STATUS_OK)
		name = "";
	params_load(param_text, call, &call->params);
	if (is_read && path[0] != '\0')
		problem_locate(call, path);
	if (name == NULL)
		name = call->params.map_name != NULL ? call->params.map_name : "";
	wanted_make(&call->params, name, &call->wanted);
	return STATUS_OK;
}

enum status
command_check_name(const struct command_call *call, struct reason *reason)
{
	const char *path = call->options[OPTION_luks_mount];

	if (call->wanted.instance[0] != '\0')
		return STATUS_OK;
	if (path != NULL)
		return file_name_missing(path, reason);
	return reason_set(reason, STATUS_MISSING_PARAMETER,
		"map_name is not set: name a volume of " CONFIG_DIRECTORY ", or give --map-name");
}

void
command_reword(const struct command_call *call, struct reason *reason)
{
	if (call->options[OPTION_luks_mount] != NULL)
		luks_mount_reword(call->options[OPTION_luks_mount], reason);
}

/* A mount made in a namespace of our own would be seen by nobody else. */
static enum status
namespace_check_host(struct reason *reason)
{
	struct stat own, init;

	if (stat("/proc/self/ns/mnt", &own) != 0 || stat("/proc/1/ns/mnt", &init) != 0)
		return reason_set(reason, STATUS_UNREADABLE,
			"/proc: the mount namespace cannot be read: %s", strerror(errno));
	if (own.st_ino != init.st_ino)
		return reason_set(reason, STATUS_PRIVATE_NAMESPACE,
			"this runs in a mount namespace of its own; take Private…= and Protect…= from the unit, or leave the container");
	return STATUS_OK;
}

enum status
command_check_rights(const struct command_call *call, struct reason *reason)
{
	if (geteuid() != 0)
		return reason_set(reason, STATUS_NOT_ROOT, "%s needs root; use sudo",
			call->row->name);
	return namespace_check_host(reason);
}

void
command_call_end(struct command_call *call)
{
	variables_end(&call->file);
	answer_end(&call->answer);
}
