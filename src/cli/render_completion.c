/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completions of bash and zsh: words of the tables, in functions that the prose calls. */
#include <string.h>

#include "cli/command.h"
#include "cli/render_command.h"

static void
dashed_write(FILE *out, const char *name)
{
	for (; *name != '\0'; name++)
		fputc(*name == '_' ? '-' : *name, out);
}

static void
words_write(FILE *out, const struct command_row *row)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (!command_takes(row, (enum option_id)i))
			continue;
		fputs(" --", out);
		dashed_write(out, option_rows[i].name);
		if (option_rows[i].argument != NULL)
			fputc('=', out);
	}
	for (size_t i = 0; row->with_params && i < PARAM_COUNT; i++) {
		fputs(" --", out);
		dashed_write(out, param_rows[i].name);
		if (param_rows[i].kind != PARAM_KIND_SWITCH)
			fputc('=', out);
	}
}

void
render_completion_bash(FILE *out, const char *prose)
{
	fputs("# SPDX-License-Identifier: GPL-2.0-or-later\n"
	      "# shellcheck shell=bash\n"
	      "# Rendered from src/cli/commands.def, options.def and params.def by make update-metadata.\n\n"
	      "_luks_ssm_commands='",
		out);
	for (size_t i = 0; i < command_row_count; i++)
		fprintf(out, "%s%s", i > 0 ? " " : "", command_rows[i].name);
	fputs("'\n\n_luks_ssm_options() {\n\tcase $1 in\n", out);
	for (size_t i = 0; i < command_row_count; i++) {
		fprintf(out, "\t%s)\n\t\techo \"", command_rows[i].name);
		words_write(out, &command_rows[i]);
		fputs("\"\n\t\t;;\n", out);
	}
	fputs("\tesac\n}\n\n_luks_ssm_choices() {\n\tcase $1 in\n", out);
	for (size_t i = 0; i < PARAM_COUNT; i++) {
		if (param_rows[i].choices == NULL)
			continue;
		fputs("\t--", out);
		dashed_write(out, param_rows[i].name);
		fputs(")\n\t\techo \"", out);
		for (const char *c = param_rows[i].choices; *c != '\0'; c++)
			fputc(*c == '|' ? ' ' : *c, out);
		fputs("\"\n\t\t;;\n", out);
	}
	fputs("\tesac\n}\n\n", out);
	fputs(prose, out);
}

/* Inside a specification of _arguments brackets, colons and quotes would mean something. */
static void
described_write(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("[]:\\", *text) != NULL)
			fputc('\\', out);
		if (*text == '\'')
			fputs("'\\'", out);
		fputc(*text, out);
	}
}

static void
specification_write(FILE *out, const char *name, const char *argument, const char *choices,
	const char *brief)
{
	fputs("\t\t\t'--", out);
	dashed_write(out, name);
	fprintf(out, "%s[", argument != NULL ? "=" : "");
	described_write(out, brief);
	fputc(']', out);
	if (argument != NULL)
		fprintf(out, ":%s:", argument);
	if (choices != NULL) {
		fputc('(', out);
		for (; *choices != '\0'; choices++)
			fputc(*choices == '|' ? ' ' : *choices, out);
		fputc(')', out);
	} else if (argument != NULL) {
		fputs("_files", out);
	}
	fputs("' \\\n", out);
}

void
render_completion_zsh(FILE *out, const char *prose)
{
	fputs("#compdef luks-ssm\n"
	      "# SPDX-License-Identifier: GPL-2.0-or-later\n"
	      "# Rendered from src/cli/commands.def, options.def and params.def by make update-metadata.\n\n"
	      "_luks_ssm_commands=(\n",
		out);
	for (size_t i = 0; i < command_row_count; i++) {
		fprintf(out, "\t'%s:", command_rows[i].name);
		described_write(out, command_rows[i].brief);
		fputs("'\n", out);
	}
	fputs(")\n\n_luks_ssm_options() {\n\tcase $1 in\n", out);
	for (size_t i = 0; i < command_row_count; i++) {
		const struct command_row *row = &command_rows[i];

		fprintf(out, "\t(%s)\n\t\t_arguments \\\n", row->name);
		for (size_t j = 0; j < OPTION_COUNT; j++) {
			if (command_takes(row, (enum option_id)j))
				specification_write(out, option_rows[j].name,
					option_rows[j].argument, NULL, option_rows[j].brief);
		}
		for (size_t j = 0; row->with_params && j < PARAM_COUNT; j++)
			specification_write(out, param_rows[j].name,
				param_rows[j].kind == PARAM_KIND_SWITCH ? NULL : "value",
				param_rows[j].choices, param_rows[j].brief);
		fputs("\t\t\t'*:operand:_files'\n\t\t;;\n", out);
	}
	fputs("\tesac\n}\n\n", out);
	fputs(prose, out);
}
