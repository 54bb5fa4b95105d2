/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for people to copy, quoted as its reader wants it. */
#include "cli/documents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "cli/policy.h"

#define PLAIN_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:=,@%+"

/* For a shell: in single quotes where it has to be. */
static void
shell_write(FILE *out, const char *text)
{
	if (*text != '\0' && text[strspn(text, PLAIN_LETTERS)] == '\0') {
		fputs(text, out);
		return;
	}
	fputc('\'', out);
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	}
	fputc('\'', out);
}

/* For an environment file: in double quotes where it has to be (systemd.exec(5)). */
static void
setting_write(FILE *out, const char *text)
{
	if (*text != '\0' && text[strspn(text, PLAIN_LETTERS)] == '\0') {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (strchr("\"\\`$", *text) != NULL)
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

void
document_volume_make(const struct command_call *call, const char *name,
	struct document_volume *ret_volume)
{
	struct document_volume volume = {.name = name};

	for (size_t i = 0; i < PARAM_COUNT; i++) {
		volume.texts[i] = call->param_texts[i] != NULL
			? call->param_texts[i]
			: variables_get(&call->file, param_rows[i].name);
	}
	if (call->operand != NULL && call->row->is_partial)
		volume.texts[call->row->operand_param] = call->operand;
	/* Those of whoever provisions are not the node's. */
	volume.texts[PARAM_profile] = NULL;
	volume.texts[PARAM_credentials_file] = NULL;
	volume.texts[PARAM_config_file] = NULL;
	volume.texts[PARAM_environment_file] = NULL;
	volume.texts[PARAM_inherit_environment] = NULL;
	*ret_volume = volume;
}

char *
document_pacemaker(const struct document_volume *volume)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	if (out == NULL)
		return NULL;
	fputs("pcs resource create ", out);
	shell_write(out, volume->name);
	fputs(" ocf:luks-ssm:volume", out);
	for (size_t i = 0; i < PARAM_COUNT; i++) {
		if (volume->texts[i] == NULL)
			continue;
		fprintf(out, " \\\n\t%s=", param_rows[i].name);
		shell_write(out, volume->texts[i]);
	}
	fputs(" \\\n\tmeta failure-timeout=120s migration-threshold=3 resource-stickiness=100\n",
		out);
	return fclose(out) == 0 ? text : NULL;
}

char *
document_config_file(const struct document_volume *volume)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	if (out == NULL)
		return NULL;
	fprintf(out, "# " SYSCONFDIR "/luks-ssm/%s.conf\n", volume->name);
	for (size_t i = 0; i < PARAM_COUNT; i++) {
		if (volume->texts[i] == NULL)
			continue;
		fprintf(out, "%s=", param_rows[i].name);
		setting_write(out, volume->texts[i]);
		fputc('\n', out);
	}
	return fclose(out) == 0 ? text : NULL;
}

void
documents_tell(const struct document_volume *volume, struct json_object *object)
{
	owned_text pacemaker = document_pacemaker(volume);
	owned_text file = document_config_file(volume);

	answer_text(object, "for_pacemaker", pacemaker);
	answer_text(object, "for_one_host", file);
}

void
document_json_tell(struct json_object *object, const char *name, struct json_object *document)
{
	answer_text(object, name,
		json_object_to_json_string_ext(document,
			JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(document);
}

void
documents_tell_new(const struct document_volume *volume, const char *arn, const char *kms_key,
	struct json_object *object)
{
	struct policy policy;
	char commands[2 * 128];

	documents_tell(volume, object);
	snprintf(commands, sizeof(commands),
		"luks-ssm check %.80s\nsystemctl enable --now luks-ssm@%.80s.service\n",
		volume->name, volume->name);
	answer_text(object, "for_systemd", commands);
	if (arn[0] != '\0' && policy_make(arn, NULL, NULL, kms_key, &policy, NULL) == STATUS_OK)
		document_json_tell(object, "reader_policy", policy_reader(&policy));
}
