/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a command and everything that it starts under its eyes: watch NEEDLES LOG [crash NAME
 * [PHASE:]NUMBER SIGNAL] -- COMMAND…. The memory of each process is searched right before it ends,
 * and of all of them whenever SIGUSR1 comes. With crash, the process called NAME gets SIGNAL at its
 * NUMBERth system call, or at the NUMBERth since it entered the phase of that number (the byte on
 * its pipe: volume/phase.h); each phase that such a process enters is noted with its calls so far.
 * Ends as the command does. Linux: ptrace(2), with CAP_SYS_PTRACE for what is undumpable.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memory.h"
#include "needles.h"

#define TRACEES_MAX 256
#define OPTIONS \
	(PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | \
		PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD)

struct tracee {
	pid_t pid;     /* 0: none */
	int is_chosen; /* it is to crash, so its calls are counted */
};

struct crash {
	const char *name; /* NULL: none */
	int phase;        /* -1: whatever the phase */
	long number;
	int signal_number;
};

/* The phase that a process has told of. */
struct phase_seen {
	pid_t pid;
	int phase;  /* -1: none yet */
	long calls; /* of that process since then */
};

struct watch {
	const struct needles *needles;
	FILE *log;
	struct crash crash;
	long calls; /* of the process that is to crash */
	struct phase_seen seen;
	struct tracee tracees[TRACEES_MAX];
};

static volatile sig_atomic_t look_wanted;

static void
look_want(int number)
{
	(void)number;
	look_wanted = 1;
}

/* The place of PID, or a free one; NULL: none is left. */
static struct tracee *
tracee_find(struct watch *watch, pid_t pid)
{
	struct tracee *free_place = NULL;

	for (size_t i = 0; i < TRACEES_MAX; i++) {
		if (watch->tracees[i].pid == pid)
			return &watch->tracees[i];
		if (watch->tracees[i].pid == 0)
			free_place = &watch->tracees[i];
	}
	return free_place;
}

static void
all_interrupt(const struct watch *watch)
{
	for (size_t i = 0; i < TRACEES_MAX; i++) {
		if (watch->tracees[i].pid != 0)
			ptrace(PTRACE_INTERRUPT, watch->tracees[i].pid, 0, 0);
	}
}

static void
comm_read(pid_t pid, char comm[static 64])
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);

	FILE *file = fopen(path, "re");

	snprintf(comm, 64, "?");
	if (file == NULL)
		return;
	if (fgets(comm, 64, file) != NULL)
		comm[strcspn(comm, "\n")] = '\0';
	fclose(file);
}

/* A process's first thread: a further one may end while the others go on with what they hold. */
static int
pid_is_leader(pid_t pid)
{
	char path[64], line[128];
	int leader = pid;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);

	FILE *file = fopen(path, "re");

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		sscanf(line, "Tgid: %d", &leader);
	if (file != NULL)
		fclose(file);
	return leader == pid;
}

/* In PTRACE_EVENT_EXIT: whether a signal ends it, which leaves no time to wipe anything. */
static int
pid_is_killed(pid_t pid)
{
	unsigned long state = 0;

	return ptrace(PTRACE_GETEVENTMSG, pid, 0, &state) == 0 && WIFSIGNALED((int)state);
}

static void
tracee_search(struct watch *watch, pid_t pid, const char *when)
{
	char comm[64];

	if (!pid_is_leader(pid))
		return;
	comm_read(pid, comm);

	size_t searched_bytes = memory_search(pid, watch->needles, watch->log, when, comm);

	fprintf(watch->log, "%s\t%d\t%s\tsearched\t%zu\n", when, pid, comm, searched_bytes);
	fflush(watch->log);
}

/* Whether it is the one to crash: asked when it is new or has become another program. */
static void
tracee_choose(const struct watch *watch, struct tracee *tracee)
{
	char comm[64];

	if (watch->crash.name == NULL)
		return;
	comm_read(tracee->pid, comm);
	/* The kernel cuts names to 15 bytes. */
	tracee->is_chosen = strncmp(comm, watch->crash.name, 15) == 0;
}

static int
fd_is_pipe(pid_t pid, unsigned long long fd)
{
	char path[64], target[16] = "";

	snprintf(path, sizeof(path), "/proc/%d/fd/%llu", pid, fd);
	return readlink(path, target, sizeof(target) - 1) > 5 && strncmp(target, "pipe:", 5) == 0;
}

/* The byte that the call is about to write alone to a pipe; -1: it is another call. */
static int
phase_written(pid_t pid)
{
	struct __ptrace_syscall_info call = {0};

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(call), &call) <= 0 ||
		call.op != PTRACE_SYSCALL_INFO_ENTRY || call.entry.nr != SYS_write ||
		call.entry.args[2] != 1 || !fd_is_pipe(pid, call.entry.args[0]))
		return -1;
	errno = 0;

	long word = ptrace(PTRACE_PEEKDATA, pid, (void *)(uintptr_t)call.entry.args[1], 0);

	return errno == 0 ? (int)(word & 0xff) : -1;
}

/* The phase that is left, with the calls that it took. */
static void
phase_tell(const struct watch *watch)
{
	if (watch->seen.phase >= 0)
		fprintf(watch->log, "phase\t%d\t%d\tcalls\t%ld\n", watch->seen.pid,
			watch->seen.phase, watch->seen.calls);
}

static void
phase_note(struct watch *watch, pid_t pid)
{
	int phase = phase_written(pid);

	if (pid == watch->seen.pid)
		watch->seen.calls++;
	if (phase < 0)
		return;
	phase_tell(watch);
	watch->seen = (struct phase_seen){pid, phase, 0};
}

static int
crash_is_due(const struct watch *watch, pid_t pid)
{
	const struct crash *crash = &watch->crash;

	if (crash->phase < 0)
		return watch->calls == crash->number;
	return pid == watch->seen.pid && watch->seen.phase == crash->phase &&
		watch->seen.calls == crash->number;
}

/* Counts a call of the chosen process, and ends it at the chosen one. */
static void
call_count(struct watch *watch, pid_t pid)
{
	watch->calls++;
	phase_note(watch, pid);
	if (!crash_is_due(watch, pid))
		return;
	fprintf(watch->log, "crash\t%d\t%s\tcall\t%ld\t%d\n", pid, watch->crash.name, watch->calls,
		pid == watch->seen.pid ? watch->seen.phase : -1);
	fflush(watch->log);
	syscall(SYS_tgkill, pid, pid, watch->crash.signal_number);
}

/* What the tracee goes on with: a signal, or 0. */
static int
stop_take(struct watch *watch, pid_t pid, int state)
{
	int event = state >> 16, number = WSTOPSIG(state);

	if (event == PTRACE_EVENT_EXIT) {
		tracee_search(watch, pid, pid_is_killed(pid) ? "killed" : "exit");
		return 0;
	}
	if (event == PTRACE_EVENT_STOP && number == SIGTRAP && look_wanted == 2)
		tracee_search(watch, pid, "look");
	if (number == (SIGTRAP | 0x80)) {
		call_count(watch, pid);
		return 0;
	}
	return event != 0 ? 0 : number;
}

static void
tracee_go_on(const struct tracee *tracee, int state, int number)
{
	int is_group_stop = state >> 16 == PTRACE_EVENT_STOP && WSTOPSIG(state) != SIGTRAP;

	if (is_group_stop)
		ptrace(PTRACE_LISTEN, tracee->pid, 0, 0);
	else
		ptrace(tracee->is_chosen ? PTRACE_SYSCALL : PTRACE_CONT, tracee->pid, 0,
			(long)number);
}

static void
tracee_serve(struct watch *watch, pid_t pid, int state)
{
	struct tracee *tracee = tracee_find(watch, pid);

	if (tracee == NULL)
		abort();
	if (tracee->pid == 0 || state >> 16 == PTRACE_EVENT_EXEC) {
		tracee->pid = pid;
		tracee_choose(watch, tracee);
	}
	tracee_go_on(tracee, state, stop_take(watch, pid, state));
}

/* Serves all tracees until none is left; returns how the command ended. */
static int
watch_serve(struct watch *watch, pid_t command)
{
	int code = 1, state;
	pid_t pid;

	for (;;) {
		pid = waitpid(-1, &state, __WALL);
		if (pid < 0 && errno != EINTR)
			return code;
		if (look_wanted == 1) {
			look_wanted = 2;
			all_interrupt(watch);
		}
		if (pid <= 0)
			continue;
		if (WIFSTOPPED(state)) {
			tracee_serve(watch, pid, state);
			continue;
		}
		if (tracee_find(watch, pid) != NULL)
			*tracee_find(watch, pid) = (struct tracee){0};
		if (pid == command)
			code = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
	}
}

static pid_t
command_start(char **command)
{
	pid_t pid = fork();
	int state;

	if (pid == 0) {
		raise(SIGSTOP);
		execvp(command[0], command);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &state, WUNTRACED) != pid ||
		ptrace(PTRACE_SEIZE, pid, 0, OPTIONS) != 0)
		return -1;
	kill(pid, SIGCONT);
	return pid;
}

/* NAME, [PHASE:]NUMBER and SIGNAL. */
static struct crash
crash_read(char **words)
{
	const char *colon = strchr(words[1], ':');

	return (struct crash){.name = words[0],
		.phase = colon != NULL ? atoi(words[1]) : -1,
		.number = atol(colon != NULL ? colon + 1 : words[1]),
		.signal_number = atoi(words[2])};
}

int
main(int argc, char **argv)
{
	struct watch watch = {.seen = {.phase = -1}};
	int next = 3;

	if (argc > 8 && strcmp(argv[3], "crash") == 0) {
		watch.crash = crash_read(argv + 4);
		next = 7;
	}
	if (argc < next + 2 || strcmp(argv[next], "--") != 0)
		return 2;
	watch.needles = needles_read(argv[1]);
	watch.log = fopen(argv[2], "we");
	if (watch.needles == NULL || watch.log == NULL) {
		fputs("watch: the needles cannot be read, or the log not be written\n", stderr);
		return 2;
	}
	/* Without SA_RESTART: waitpid is to be interrupted. */
	sigaction(SIGUSR1, &(struct sigaction){.sa_handler = look_want}, NULL);

	pid_t pid = command_start(argv + next + 1);

	if (pid < 0) {
		perror("watch: the command cannot be watched");
		return 2;
	}
	int code = watch_serve(&watch, pid);

	phase_tell(&watch);
	fprintf(watch.log, "end\t%d\t-\tcalls\t%ld\n", pid, watch.calls);
	fclose(watch.log);
	return code;
}
