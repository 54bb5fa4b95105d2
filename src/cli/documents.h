/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an administrator copies: configurations and switch-over commands for exactly one volume. */
#ifndef LUKS_SSM_CLI_DOCUMENTS_H
#define LUKS_SSM_CLI_DOCUMENTS_H

#include "cli/command.h"

/* A parameter of a volume and its text, for those that are not the default. */
struct document_volume {
	const char *name; /* of the resource, the file, the mapping */
	const char *texts[PARAM_COUNT];
};

/* What CALL's configuration names, under NAME; the texts are lent by the call. */
void document_volume_make(const struct command_call *call, const char *name,
	struct document_volume *ret_volume);

/* "pcs resource create …", the configuration file's lines. The caller frees; NULL without memory.
 */
char *document_pacemaker(const struct document_volume *volume);
char *document_config_file(const struct document_volume *volume);

/* Puts both into OBJECT, with the name of the file. */
void documents_tell(const struct document_volume *volume, struct json_object *object);

/* Takes DOCUMENT over, which may be NULL, and puts it into OBJECT as lines of text. */
void document_json_tell(struct json_object *object, const char *name, struct json_object *document);

/*
 * For a volume whose key was just stored: both configurations, the commands for systemd, and the
 * policy that lets the nodes read the parameter ARN under KMS_KEY (NULL: the account's own). "" as
 * the ARN, when the service gave none: no policy.
 */
void documents_tell_new(const struct document_volume *volume, const char *arn, const char *kms_key,
	struct json_object *object);

#endif
