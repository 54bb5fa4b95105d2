/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is derived from the tables as text: the OCF metadata, the manual's lists, the README's
 * table. Used by the build's own program (metadata/render.c) alone, never by an installed one.
 * Output errors show at fclose, in the program.
 */
#ifndef LUKS_SSM_PARAMS_RENDER_H
#define LUKS_SSM_PARAMS_RENDER_H

#include <stddef.h>
#include <stdio.h>

#include "params/params.h"

/* A row of agent/actions.def that is advertised. */
struct render_action {
	const char *name;
	unsigned int timeout_s;
	unsigned int interval_s; /* 0: none */
	unsigned int depth;      /* counts with an interval only */
};

struct render_input {
	const char *version;                 /* the agent's own */
	const struct render_action *actions; /* lent */
	size_t action_count;
};

/*
 * The whole OCF 1.1 document; LONG_DESCRIPTION is plain text, paragraphs separated by empty lines.
 */
void render_xml(FILE *out, const struct render_input *input, const char *long_description);

/* The lists of parameters and of actions, in mdoc(7). */
void render_man_params(FILE *out);
void render_man_actions(FILE *out, const struct render_input *input);

/* Sentences of a table, a line each, special characters named as groff wants them. */
void render_man_text(FILE *out, const char *text);

/* The table of parameters in Markdown. */
void render_readme(FILE *out);

/*
 * The words of a choice parameter as people write them: "auto, force or no". For the renderers
 * alone.
 */
void render_choices(FILE *out, const char *choices, const char *last_separator);

#endif
