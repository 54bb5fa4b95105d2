/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs several commands in turn, A B C A B C …, and prints what each run cost: wall time and the
 * CPU time of the whole process tree, in microseconds, and the peak memory of its largest process,
 * in KiB. A benchmark runs it inside the machine so that no ssh and no Python is measured. Never
 * judges: tests/bench/bench.py makes ratios of medians.
 *
 * Usage: measure ROUNDS NAME COMMAND [NAME COMMAND …]. A COMMAND is words separated by single
 * blanks, executed without a shell; a first word @FILE gives it the environment in that file,
 * NAME=VALUE a line. What is named "-" is run and not reported: it undoes the one before it.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_WORDS 64
#define MAX_VARIABLES 128

extern char **environ;

struct command {
	const char *name;
	char *words[MAX_WORDS];
	char **environment;
};

static long long
timeval_us(struct timeval value)
{
	return (long long)value.tv_sec * 1000000 + value.tv_usec;
}

static long long
now_us(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Splits TEXT in place at SEPARATOR into at most ROOM - 1 pieces and a NULL. */
static void
text_split(char *text, const char *separator, char **pieces, size_t room)
{
	size_t count = 0;

	for (char *piece = strtok(text, separator); piece != NULL && count + 1 < room;
		piece = strtok(NULL, separator))
		pieces[count++] = piece;
	pieces[count] = NULL;
}

static char **
environment_read(const char *path)
{
	static char text[1 << 16];
	static size_t used;
	char **variables = calloc(MAX_VARIABLES, sizeof(*variables));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text + used, sizeof(text) - used - 1);

	if (got < 0 || variables == NULL) {
		fprintf(stderr, "measure: cannot read %s\n", path);
		exit(2);
	}
	close(fd);
	text_split(text + used, "\n", variables, MAX_VARIABLES);
	used += (size_t)got + 1;
	return variables;
}

static struct command
command_make(const char *name, char *text)
{
	struct command command = {.name = name, .environment = environ};

	text_split(text, " ", command.words, MAX_WORDS);
	if (command.words[0] != NULL && command.words[0][0] == '@') {
		command.environment = environment_read(command.words[0] + 1);
		memmove(command.words, command.words + 1,
			sizeof(command.words) - sizeof(command.words[0]));
	}
	return command;
}

/* Starts the command with /dev/null as its output; returns its pid, or exits. */
static pid_t
command_start(const struct command *command)
{
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, command->words[0], &actions, NULL, command->words,
		    command->environment) != 0) {
		fprintf(stderr, "measure: cannot start %s\n", command->words[0]);
		exit(2);
	}
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void
command_measure(const struct command *command)
{
	struct rusage usage = {0};
	int wait_status = 0;
	long long began_us = now_us();
	pid_t pid = command_start(command);

	if (wait4(pid, &wait_status, 0, &usage) != pid) {
		fprintf(stderr, "measure: cannot wait for %s\n", command->name);
		exit(2);
	}
	if (strcmp(command->name, "-") == 0)
		return;
	printf("%s\t%d\t%lld\t%lld\t%ld\n", command->name,
		WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 255, now_us() - began_us,
		timeval_us(usage.ru_utime) + timeval_us(usage.ru_stime), usage.ru_maxrss);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	static struct command commands[MAX_WORDS];
	size_t count = 0;

	if (argc < 4 || argc % 2 != 0 || argc / 2 > MAX_WORDS) {
		fputs("usage: measure ROUNDS NAME COMMAND [NAME COMMAND ...]\n", stderr);
		return 2;
	}
	for (int i = 2; i < argc; i += 2)
		commands[count++] = command_make(argv[i], argv[i + 1]);
	for (long round = strtol(argv[1], NULL, 10); round > 0; round--) {
		for (size_t i = 0; i < count; i++)
			command_measure(&commands[i]);
	}
	return 0;
}
