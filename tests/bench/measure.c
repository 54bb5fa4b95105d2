/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs several commands in turn, A B C A B C …, and prints what each run cost: wall time and the CPU time of the whole
 * process tree, in microseconds. A benchmark runs it inside the machine so that no ssh and no Python is measured.
 * Never judges: tests/bench/bench.py makes ratios of medians.
 *
 * Usage: measure ROUNDS NAME COMMAND [NAME COMMAND …]; each COMMAND is given to /bin/sh only when it holds a blank,
 * otherwise executed as it is. A command named "-" is run and not reported (what undoes the one before it).
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

extern char **environ;

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

/* Starts the command with /dev/null as its output; returns its pid, or exits. */
static pid_t
command_start(char *command)
{
	char *plain[] = {command, NULL};
	char *shell[] = {"/bin/sh", "-c", command, NULL};
	char **arguments = strchr(command, ' ') == NULL ? plain : shell;
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, arguments[0], &actions, NULL, arguments, environ) != 0) {
		fprintf(stderr, "measure: cannot start %s\n", command);
		exit(2);
	}
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void
command_measure(const char *name, char *command)
{
	struct rusage usage = {0};
	int wait_status = 0;
	long long began_us = now_us();
	pid_t pid = command_start(command);

	if (wait4(pid, &wait_status, 0, &usage) != pid) {
		fprintf(stderr, "measure: cannot wait for %s\n", command);
		exit(2);
	}
	if (strcmp(name, "-") == 0)
		return;
	printf("%s\t%d\t%lld\t%lld\n", name, WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 255,
		now_us() - began_us, timeval_us(usage.ru_utime) + timeval_us(usage.ru_stime));
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	if (argc < 4 || argc % 2 != 0) {
		fputs("usage: measure ROUNDS NAME COMMAND [NAME COMMAND ...]\n", stderr);
		return 2;
	}
	for (long round = strtol(argv[1], NULL, 10); round > 0; round--) {
		for (int i = 2; i < argc; i += 2)
			command_measure(argv[i], argv[i + 1]);
	}
	return 0;
}
