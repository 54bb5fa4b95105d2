/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The README's table of parameters, in Markdown. */
#include "params/render.h"

static void
readme_row(FILE *out, const struct param_row *row)
{
	fprintf(out, "| `%s` | ", row->name);
	if (row->required)
		fputs("**required**", out);
	else if (row->fallback != NULL)
		fprintf(out, "`%s`", row->fallback);
	fprintf(out, " | %s", row->brief);
	if (row->choices != NULL) {
		fputs(": ", out);
		render_choices(out, row->choices, " or ");
	}
	fprintf(out, " | %s |\n", row->reloadable ? "yes" : "");
}

void
render_readme(FILE *out)
{
	fputs("| parameter | default | what it is | changed without a restart |\n| --- | --- | --- | --- |\n",
		out);
	for (size_t i = 0; i < PARAM_COUNT; i++)
		readme_row(out, &param_rows[i]);
}
