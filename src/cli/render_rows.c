/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command's tables without what runs them, for the program that renders them. */
#include "cli/command.h"

const struct option_row option_rows[OPTION_COUNT] = {
#define OPTION(row, ...) [OPTION_##row] = {.name = #row, __VA_ARGS__},
#include "cli/options.def"
#undef OPTION
};

const struct command_row command_rows[] = {
#define COMMAND(row, row_handler, ...) {.name = row, __VA_ARGS__},
#include "cli/commands.def"
#undef COMMAND
};
const size_t command_row_count = sizeof(command_rows) / sizeof(command_rows[0]);
