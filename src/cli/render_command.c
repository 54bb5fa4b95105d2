/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of luks-ssm(8), in mdoc(7). */
#include "cli/render_command.h"

#include <ctype.h>
#include <string.h>

#include "cli/command.h"
#include "cli/explain.h"
#include "params/render.h"

/* An option's name as it is typed. */
static void
flag_write(FILE *out, const char *name)
{
	fputs("Fl Fl ", out);
	for (; *name != '\0'; name++)
		fputc(*name == '_' ? '-' : *name, out);
}

static void
brief_write(FILE *out, const char *brief)
{
	fputc(toupper((unsigned char)brief[0]), out);
	fprintf(out, "%s.\n", brief + 1);
}

static void
commands_write(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < command_row_count; i++) {
		const struct command_row *row = &command_rows[i];

		fprintf(out, ".It Cm %s", row->name);
		if (row->operand != NULL)
			fprintf(out, row->operand_required ? " Ar %s" : " Op Ar %s", row->operand);
		fputc('\n', out);
		brief_write(out, row->brief);
		render_man_text(out, row->help);
		for (size_t option = 0; option < OPTION_COUNT; option++) {
			if ((row->options & (UINT64_C(1) << option)) == 0)
				continue;
			fputs(".Op ", out);
			flag_write(out, option_rows[option].name);
			fputc('\n', out);
		}
		if (row->with_params)
			fputs(".Op Ar parameters\n", out);
	}
	fputs(".El\n", out);
}

static void
options_write(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		fputs(".It ", out);
		flag_write(out, option_rows[i].name);
		if (option_rows[i].argument != NULL)
			fprintf(out, " Ns = Ns Ar %s", option_rows[i].argument);
		fputc('\n', out);
		brief_write(out, option_rows[i].brief);
		render_man_text(out, option_rows[i].help);
	}
	fputs(".El\n", out);
}

static void
parameters_write(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < PARAM_COUNT; i++) {
		fputs(".It ", out);
		flag_write(out, param_rows[i].name);
		if (param_rows[i].kind != PARAM_KIND_SWITCH)
			fputs(" Ns = Ns Ar value", out);
		fputc('\n', out);
		brief_write(out, param_rows[i].brief);
	}
	fputs(".El\n", out);
}

static void
codes_write(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (int i = STATUS_OK + 1; i < STATUS_COUNT; i++) {
		fprintf(out, ".It %s\n", status_code((enum status)i));
		render_man_text(out, explain_meaning((enum status)i));
		render_man_text(out, explain_help((enum status)i));
	}
	fputs(".El\n", out);
}

bool
render_command_list(FILE *out, const char *line, size_t line_bytes)
{
	static const struct {
		const char *mark;
		void (*write)(FILE *out);
	} lists[] = {
		{"@commands@\n", commands_write},
		{"@options@\n", options_write},
		{"@command-parameters@\n", parameters_write},
		{"@codes@\n", codes_write},
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (strlen(lists[i].mark) != line_bytes ||
			strncmp(lists[i].mark, line, line_bytes) != 0)
			continue;
		lists[i].write(out);
		return true;
	}
	return false;
}
