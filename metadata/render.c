/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The build's own program: writes to stdout what is derived from the parameter and action tables. A
 * FILE is hand-written text; a line of it that reads @parameters@, @actions@, @commands@ and the
 * like is replaced by that list. Never installed.
 *
 *   render xml FILE      the OCF metadata, with FILE as the long description
 *   render man FILE      the manual
 *   render readme FILE   FILE with a new table between its marks
 *   render command FILE  the manual of the command
 *   render bash FILE     the command's completion, behind FILE
 *   render zsh FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "cli/render_command.h"
#include "config.h"
#include "ocf_exit.h"
#include "params/render.h"

/* Hand-written text is smaller than this, in bytes. */
#define PROSE_BYTES 65536

#define README_BEGIN "<!-- parameters: begin -->\n"
#define README_END "<!-- parameters: end -->\n"

/* The columns of actions.def, of which the handlers are not wanted here. */
struct table_row {
	const char *name;
	bool needs_instance;
	int without_worker;
	bool advertised;
	unsigned int timeout_s;
	unsigned int interval_s;
	unsigned int depth;
};

static const struct table_row rows[] = {
#define ACTION(row, agent_handler, worker_handler, ...) {.name = row, __VA_ARGS__},
#include "actions.def"
#undef ACTION
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static size_t
actions_collect(struct render_action actions[static ROW_COUNT])
{
	size_t count = 0;

	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (rows[i].advertised)
			actions[count++] = (struct render_action){.name = rows[i].name,
				.timeout_s = rows[i].timeout_s,
				.interval_s = rows[i].interval_s,
				.depth = rows[i].depth};
	}
	return count;
}

/* The whole file as text, or NULL with a message. The caller owns it. */
static char *
prose_read(const char *path)
{
	owned_file in = fopen(path, "re");
	char *text = calloc(1, PROSE_BYTES);

	if (in == NULL || text == NULL || fread(text, 1, PROSE_BYTES - 1, in) == 0 ||
		fgetc(in) != EOF) {
		fprintf(stderr, "%s: cannot be read, or is too large\n", path);
		free(text);
		return NULL;
	}
	return text;
}

static void
man_render(FILE *out, const struct render_input *input, const char *prose)
{
	while (*prose != '\0') {
		size_t line_bytes = strcspn(prose, "\n") + 1;

		if (strncmp(prose, "@parameters@\n", line_bytes) == 0)
			render_man_params(out);
		else if (strncmp(prose, "@actions@\n", line_bytes) == 0)
			render_man_actions(out, input);
		else
			fprintf(out, "%.*s", (int)line_bytes, prose);
		prose += line_bytes;
	}
}

static void
command_render(FILE *out, const char *prose)
{
	while (*prose != '\0') {
		size_t line_bytes = strcspn(prose, "\n") + 1;

		if (!render_command_list(out, prose, line_bytes))
			fprintf(out, "%.*s", (int)line_bytes, prose);
		prose += line_bytes;
	}
}

static bool
readme_render(FILE *out, const char *prose)
{
	const char *begin = strstr(prose, README_BEGIN), *end = strstr(prose, README_END);

	if (begin == NULL || end == NULL || end < begin) {
		fprintf(stderr, "the marks of the table are missing\n");
		return false;
	}
	fprintf(out, "%.*s", (int)(begin - prose), prose);
	fputs(README_BEGIN, out);
	render_readme(out);
	fputs(end, out);
	return true;
}

static bool
kind_render(const char *kind, const struct render_input *input, const char *prose)
{
	if (strcmp(kind, "readme") == 0)
		return readme_render(stdout, prose);
	if (strcmp(kind, "xml") == 0)
		render_xml(stdout, input, prose);
	else if (strcmp(kind, "man") == 0)
		man_render(stdout, input, prose);
	else if (strcmp(kind, "command") == 0)
		command_render(stdout, prose);
	else if (strcmp(kind, "bash") == 0)
		render_completion_bash(stdout, prose);
	else if (strcmp(kind, "zsh") == 0)
		render_completion_zsh(stdout, prose);
	else
		return false;
	return true;
}

int
main(int argc, char **argv)
{
	struct render_action actions[ROW_COUNT];
	struct render_input input = {.version = PACKAGE_VERSION,
		.actions = actions,
		.action_count = actions_collect(actions)};
	owned_text prose = argc == 3 ? prose_read(argv[2]) : NULL;

	if (prose == NULL || !kind_render(argv[1], &input, prose)) {
		fprintf(stderr, "usage: render xml|man|readme|command|bash|zsh FILE\n");
		return 2;
	}
	return fclose(stdout) == 0 ? 0 : 1;
}
