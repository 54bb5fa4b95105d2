/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * luks-ssm: command line, then the row of commands.def, then answer and message, then exit code.
 * Decides nothing itself.
 */
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/standard_fds.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/terminal.h"

static void
process_prepare(void)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	/* Ignored, these would hide how a child ended and that we were told to end. */
	signal(SIGTERM, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
}

static void
message_write(const struct command_call *call, const struct reason *reason)
{
	bool coloured = terminal_is_coloured(STDERR_FILENO);

	terminal_clear_step();
	fprintf(stderr, "%sluks-ssm %s: %s%s\n", coloured ? "\033[31m" : "", call->row->name,
		reason->text, coloured ? "\033[0m" : "");
}

/* Answer and message, and whether both could be written. */
static int
call_finish(struct command_call *call, enum status status, const struct reason *reason)
{
	int error = 0;

	if (call->options[OPTION_json] != NULL)
		answer_error(&call->answer, status, reason);
	if (!call->is_delivered)
		error = command_deliver(call);
	if (error != 0 && status == STATUS_OK) {
		fprintf(stderr,
			"luks-ssm %s: the answer could not be written: %s; what it tells of was done\n",
			call->row->name, strerror(error));
		return exit_code_of(STATUS_INTERNAL);
	}
	if (status != STATUS_OK)
		message_write(call, reason);
	return exit_code_of(status);
}

/* A wrong command line, whose --json may stand behind what is wrong with it. */
static int
usage_finish(char **words, struct command_call *call, const struct reason *reason)
{
	for (; *words != NULL && strcmp(*words, "--") != 0; words++) {
		if (strcmp(*words, "--json") == 0)
			call->options[OPTION_json] = "yes";
	}
	call_finish(call, STATUS_BAD_REQUEST, reason);
	return EXIT_USAGE;
}

static int
call_run(char **words, struct command_call *call)
{
	struct reason reason = {0};
	enum status status = command_line_read(words, call, &reason);

	if (status == STATUS_OK && call->options[OPTION_help] != NULL) {
		help_write_command(stdout, call->row);
		return fflush(stdout) == 0 ? 0 : 1;
	}
	if (status == STATUS_OK)
		status = command_configure(call, &reason);
	if (status == STATUS_BAD_REQUEST)
		return usage_finish(words, call, &reason);
	if (status == STATUS_OK)
		status = call->row->handler(call, &reason);
	command_reword(call, &reason);
	return call_finish(call, status, &reason);
}

/* Without a command: what is asked of the program itself. */
static int
program_answer(const char *word)
{
	if (word != NULL && strcmp(word, "--version") == 0) {
		puts("luks-ssm " PACKAGE_VERSION);
	} else if (word != NULL && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
		help_write(stdout);
	} else {
		if (word != NULL)
			fprintf(stderr, "luks-ssm: there is no command \"%.40s\"\n\n", word);
		help_write(stderr);
		return EXIT_USAGE;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	owned_command_call call = {0};

	if (!standard_fds_are_open())
		return 1;
	process_prepare();
	call.row = argc > 1 ? command_row_find(argv[1]) : NULL;
	if (call.row == NULL)
		return program_answer(argc > 1 ? argv[1] : NULL);
	return call_run(argv + 2, &call);
}
