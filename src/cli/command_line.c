/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of the command line: --option value, --option=value, flags, one operand. Knows the two
 * tables of options and nothing of what they mean.
 */
#include <string.h>

#include "cli/command.h"

/* Longer than any option's name. */
#define NAME_BYTES 64

/* "luks-uuid" is "luks_uuid" of the tables. */
static bool
option_is_named(const char *name, const char *word, size_t word_bytes)
{
	if (strlen(name) != word_bytes)
		return false;
	for (size_t i = 0; i < word_bytes; i++) {
		if (word[i] != (name[i] == '_' ? '-' : name[i]))
			return false;
	}
	return true;
}

/* Where the text of that option belongs in CALL, or NULL when the command does not take it. */
static const char **
option_slot(struct command_call *call, const char *word, size_t word_bytes, bool *ret_is_flag)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (!option_is_named(option_rows[i].name, word, word_bytes) ||
			!command_takes(call->row, (enum option_id)i))
			continue;
		*ret_is_flag = option_rows[i].argument == NULL;
		return &call->options[i];
	}
	for (size_t i = 0; call->row->with_params && i < PARAM_COUNT; i++) {
		if (!option_is_named(param_rows[i].name, word, word_bytes))
			continue;
		*ret_is_flag = param_rows[i].kind == PARAM_KIND_SWITCH;
		return &call->param_texts[i];
	}
	return NULL;
}

/* WORD is what follows the two dashes. Moves CURSOR behind the value when that is a word of its
 * own. */
static enum status
option_take(struct command_call *call, const char *word, char ***cursor, struct reason *reason)
{
	size_t name_bytes = strcspn(word, "=");
	const char *value = word[name_bytes] == '=' ? word + name_bytes + 1 : NULL;
	bool is_flag = false;
	const char **slot = option_slot(call, word, name_bytes, &is_flag);
	int shown = name_bytes < NAME_BYTES ? (int)name_bytes : NAME_BYTES;

	if (slot == NULL)
		return reason_set(reason, STATUS_BAD_REQUEST,
			"%s has no option --%.*s; see luks-ssm %s --help", call->row->name, shown,
			word, call->row->name);
	if (*slot != NULL)
		return reason_set(reason, STATUS_BAD_REQUEST, "--%.*s is given twice", shown, word);
	if (value == NULL && is_flag)
		value = "yes";
	if (value == NULL && **cursor != NULL)
		value = *(*cursor)++;
	if (value == NULL || *value == '\0')
		return reason_set(reason, STATUS_BAD_REQUEST, "--%.*s needs a value", shown, word);
	*slot = value;
	return STATUS_OK;
}

static enum status
operand_take(struct command_call *call, const char *word, struct reason *reason)
{
	if (call->row->operand == NULL || call->operand != NULL)
		return reason_set(reason, STATUS_BAD_REQUEST,
			"%s does not know what to do with \"%.60s\"; see luks-ssm %s --help",
			call->row->name, word, call->row->name);
	call->operand = word;
	return STATUS_OK;
}

enum status
command_line_read(char **words, struct command_call *call, struct reason *reason)
{
	bool only_operands = false;
	enum status status = STATUS_OK;

	while (status == STATUS_OK && *words != NULL) {
		const char *word = *words++;

		if (!only_operands && strcmp(word, "--") == 0)
			only_operands = true;
		else if (!only_operands && strcmp(word, "-h") == 0)
			call->options[OPTION_help] = "yes";
		else if (!only_operands && strncmp(word, "--", 2) == 0)
			status = option_take(call, word + 2, &words, reason);
		else
			status = operand_take(call, word, reason);
	}
	if (status != STATUS_OK || call->options[OPTION_help] != NULL)
		return status;
	if (call->row->operand_required && call->operand == NULL)
		return reason_set(reason, STATUS_BAD_REQUEST, "%s needs %s; see luks-ssm %s --help",
			call->row->name, call->row->operand, call->row->name);
	return STATUS_OK;
}
