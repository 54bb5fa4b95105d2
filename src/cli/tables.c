/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command's two tables, as commands.def and options.def make them. */
#include <string.h>

#include "cli/command.h"

/* A mistyped column is an unknown field here: a compile error on its row. */
const struct option_row option_rows[OPTION_COUNT] = {
#define OPTION(row, ...) [OPTION_##row] = {.name = #row, __VA_ARGS__},
#include "cli/options.def"
#undef OPTION
};

const struct command_row command_rows[] = {
#define COMMAND(row, row_handler, ...) {.name = row, .handler = row_handler, __VA_ARGS__},
#include "cli/commands.def"
#undef COMMAND
};
const size_t command_row_count = sizeof(command_rows) / sizeof(command_rows[0]);

const struct command_row *
command_row_find(const char *name)
{
	for (size_t i = 0; i < command_row_count; i++) {
		if (strcmp(command_rows[i].name, name) == 0)
			return &command_rows[i];
	}
	return NULL;
}
