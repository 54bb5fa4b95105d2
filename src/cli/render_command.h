/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is derived from the command's tables as text: the lists of its manual, its completions. For
 * the build's own program (metadata/render.c) alone.
 */
#ifndef LUKS_SSM_CLI_RENDER_COMMAND_H
#define LUKS_SSM_CLI_RENDER_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

/*
 * LINE is one of the prose, LINE_BYTES long with its newline. When it is @commands@, @options@,
 * @command-parameters@ or @codes@ that list is written in mdoc(7). False: it is text.
 */
bool render_command_list(FILE *out, const char *line, size_t line_bytes);

/* The completion of bash and zsh: PROSE, then what the tables know. */
void render_completion_bash(FILE *out, const char *prose);
void render_completion_zsh(FILE *out, const char *prose);

#endif
