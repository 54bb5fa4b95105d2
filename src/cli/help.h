/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --help writes, from the tables. */
#ifndef LUKS_SSM_CLI_HELP_H
#define LUKS_SSM_CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"

/* All commands. */
void help_write(FILE *out);

/* One command with its options. */
void help_write_command(FILE *out, const struct command_row *row);

#endif
