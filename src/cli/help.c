/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --help: the tables in columns. */
#include "cli/help.h"

#include <string.h>

#define BRIEF_COLUMN 30
#define WRAP_COLUMNS 79

static void
wrapped_write(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t word_bytes = strcspn(text, " ");

		if (column > 0 && column + 1 + word_bytes > WRAP_COLUMNS) {
			fputc('\n', out);
			column = 0;
		} else if (column > 0) {
			fputc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", (int)word_bytes, text);
		column += word_bytes;
		text += word_bytes;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

/* "  --name=ARGUMENT   brief" */
static void
option_write(FILE *out, const char *name, const char *argument, const char *brief)
{
	int used = fprintf(out, "  --");

	for (const char *c = name; *c != '\0'; c++, used++)
		fputc(*c == '_' ? '-' : *c, out);
	if (argument != NULL)
		used += fprintf(out, "=%s", argument);
	fprintf(out, "%*s%s\n", used < BRIEF_COLUMN ? BRIEF_COLUMN - used : 1, "", brief);
}

static const char *
param_argument(const struct param_row *row)
{
	switch (row->kind) {
	case PARAM_KIND_CHOICE:
		return row->choices;
	case PARAM_KIND_SECONDS:
		return "SECONDS";
	case PARAM_KIND_NUMBER:
		return "NUMBER";
	case PARAM_KIND_SWITCH:
		return NULL;
	case PARAM_KIND_STRING:
		break;
	}
	return "TEXT";
}

void
help_write(FILE *out)
{
	fputs("usage: luks-ssm COMMAND [OPTION...] [OPERAND]\n\n"
	      "LUKS volumes whose passphrase lives in AWS SSM Parameter Store.\n\n",
		out);
	for (size_t i = 0; i < command_row_count; i++)
		fprintf(out, "  %-16s%s\n", command_rows[i].name, command_rows[i].brief);
	fputs("\nluks-ssm COMMAND --help shows the options of a command; luks-ssm(8) tells all.\n",
		out);
}

void
help_write_command(FILE *out, const struct command_row *row)
{
	fprintf(out, "usage: luks-ssm %s [OPTION...]", row->name);
	if (row->operand != NULL)
		fprintf(out, row->operand_required ? " %s" : " [%s]", row->operand);
	fputs("\n\n", out);
	wrapped_write(out, row->help);
	fputc('\n', out);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (command_takes(row, (enum option_id)i))
			option_write(out, option_rows[i].name, option_rows[i].argument,
				option_rows[i].brief);
	}
	if (!row->with_params)
		return;
	fputs("\nThe volume's parameters:\n", out);
	for (size_t i = 0; i < PARAM_COUNT; i++)
		option_write(out, param_rows[i].name, param_argument(&param_rows[i]),
			param_rows[i].brief);
}
