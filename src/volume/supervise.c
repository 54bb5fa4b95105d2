/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The supervisor's side of a doer: fork, listen, wait, end. See supervise.h.
 */
#include "volume/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "base/log.h"

/* How long a killed doer may take to leave the kernel before it counts as stuck there. */
#define LEAVE_MS 500
/* A doer that sees its deadline coming can still say why it is not done; so much longer it is
 * listened to. */
#define ANSWER_MS 200

_Static_assert(LEAVE_MS + ANSWER_MS == SUPERVISE_LATE_MS, "supervise.h tells the callers the sum");

/* What crosses the pipe at the end: less than PIPE_BUF, so it arrives whole or not at all. */
struct doer_answer {
	enum status status;
	struct reason reason;
};

/* A running doer, as its supervisor holds it. */
struct doer_process {
	pid_t pid;
	int pid_fd;
	int phase_fd;
	int answer_fd;
	struct doer_answer answer;
};

static void
doer_process_end(struct doer_process *process)
{
	fd_end(&process->pid_fd);
	fd_end(&process->phase_fd);
	fd_end(&process->answer_fd);
}

static void
ending_signals(sigset_t *ret_signals)
{
	sigemptyset(ret_signals);
	sigaddset(ret_signals, SIGTERM);
	sigaddset(ret_signals, SIGINT);
	sigaddset(ret_signals, SIGHUP);
}

int64_t
supervise_reserve_ms(int64_t left_ms)
{
	int64_t reserve_ms = left_ms / 10 > 2000 ? left_ms / 10 : 2000;

	return reserve_ms < left_ms / 2 ? reserve_ms : left_ms / 2;
}

enum status
supervisor_begin(const char *instance, const struct lock *lock, struct supervisor *ret_supervisor,
	struct reason *reason)
{
	sigset_t signals;

	ending_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	owned_fd signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signal_fd < 0)
		return reason_set(reason, STATUS_NO_MEMORY,
			"no descriptor to listen for signals: %s; free some, then try again",
			strerror(errno));
	*ret_supervisor = (struct supervisor){.instance = instance,
		.lock = lock,
		.signal_fd = steal_fd(&signal_fd)};
	return STATUS_OK;
}

bool
supervisor_is_interrupted(struct supervisor *supervisor)
{
	struct signalfd_siginfo arrived;

	while (read(supervisor->signal_fd, &arrived, sizeof(arrived)) == (ssize_t)sizeof(arrived)) {
		log_notice("signal %u from process %u: ending", arrived.ssi_signo, arrived.ssi_pid);
		supervisor->interrupted = true;
	}
	return supervisor->interrupted;
}

void
supervisor_end(struct supervisor *supervisor)
{
	sigset_t signals;

	if (supervisor->signal_fd < 0)
		return;
	/* Taken off first: unblocked while pending they would kill us before the answer is out. */
	supervisor_is_interrupted(supervisor);
	fd_end(&supervisor->signal_fd);
	ending_signals(&signals);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
}

static void
child_drop(const struct supervisor *supervisor)
{
	sigset_t signals;

	close(supervisor->signal_fd);
	if (supervisor->lock->lock_fd >= 0)
		close(supervisor->lock->lock_fd);
	if (supervisor->lock->children_fd >= 0)
		close(supervisor->lock->children_fd);
	ending_signals(&signals);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
}

static _Noreturn void
doer_main(const struct supervisor *supervisor, pid_t supervisor_pid, doer_body *body,
	const void *context, const struct doer *doer, int answer_fd)
{
	struct doer_answer answer = {0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != supervisor_pid)
		_exit(EXIT_FAILURE);
	child_drop(supervisor);
	answer.status = body(context, doer, &answer.reason);
	if (write(answer_fd, &answer, sizeof(answer)) != (ssize_t)sizeof(answer))
		_exit(EXIT_FAILURE);
	_exit(EXIT_SUCCESS);
}

/*
 * The doer's lock on the children file. Where no file can be opened for one of its own (ENFILE), it
 * shares its supervisor's, which a descriptor less can do; -1 when there is no such file at all.
 */
static int
doer_children_open(const struct supervisor *supervisor)
{
	int children_fd = lock_children_open(supervisor->instance);

	if (children_fd < 0 && supervisor->lock->children_fd >= 0)
		children_fd = fcntl(supervisor->lock->children_fd, F_DUPFD_CLOEXEC, 0);
	return children_fd;
}

static enum status
doer_fork(const struct supervisor *supervisor, doer_body *body, const void *context,
	struct deadline deadline, struct doer_process *ret_process, struct reason *reason)
{
	int phase_pipe[2] = {-1, -1};
	int answer_pipe[2] = {-1, -1};
	pid_t supervisor_pid = getpid();
	bool has_pipes = pipe2(phase_pipe, O_CLOEXEC | O_NONBLOCK) == 0 &&
		pipe2(answer_pipe, O_CLOEXEC | O_NONBLOCK) == 0;
	owned_fd phase_in = phase_pipe[1], answer_in = answer_pipe[1];
	owned_fd phase_out = phase_pipe[0], answer_out = answer_pipe[0];
	owned_fd children_fd = doer_children_open(supervisor);
	pid_t pid = has_pipes ? fork() : -1;

	if (pid < 0)
		return reason_set(reason, STATUS_NO_MEMORY,
			"cannot start a process: %s; see whether memory or processes ran out",
			strerror(errno));
	if (pid == 0)
		doer_main(supervisor, supervisor_pid, body, context,
			&(struct doer){phase_in, children_fd, deadline}, answer_in);
	*ret_process = (struct doer_process){.pid = pid,
		.pid_fd = pidfd_open(pid, 0),
		.phase_fd = steal_fd(&phase_out),
		.answer_fd = steal_fd(&answer_out)};
	return STATUS_OK;
}

static void
phases_read(struct doer_process *process, struct doer_report *report)
{
	unsigned char phase;

	while (read(process->phase_fd, &phase, sizeof(phase)) == 1) {
		if (phase >= PHASE_COUNT)
			continue;
		report->entered |= UINT32_C(1) << phase;
		report->last = (enum phase)phase;
	}
}

static void
answer_read(struct doer_process *process, struct doer_report *report)
{
	struct doer_answer answer;

	if (report->answered ||
		read(process->answer_fd, &answer, sizeof(answer)) != (ssize_t)sizeof(answer))
		return;
	process->answer = answer;
	report->answered = true;
}

static bool
doer_has_ended(const struct doer_process *process, int wait_ms)
{
	struct pollfd ended = {.fd = process->pid_fd, .events = POLLIN};

	/* Without a pidfd (no descriptor left) the wait becomes a look each time. Not 0: it is
	 * reaped, or the kernel has done that itself because SIGCHLD is ignored. */
	if (process->pid_fd < 0)
		return waitpid(process->pid, NULL, WNOHANG) != 0;
	return poll(&ended, 1, wait_ms) == 1 && waitpid(process->pid, NULL, WNOHANG) != 0;
}

/* Waits for the end of the doer, a signal, or the deadline. True when it has ended. */
static bool
doer_wait(struct supervisor *supervisor, struct doer_process *process, bool listens,
	struct deadline deadline, struct doer_report *report)
{
	for (;;) {
		struct pollfd fds[] = {
			{.fd = process->pid_fd, .events = POLLIN},
			{.fd = process->phase_fd, .events = POLLIN},
			{.fd = listens ? supervisor->signal_fd : -1, .events = POLLIN},
		};
		int wait_ms = deadline_poll_ms(deadline);

		poll(fds, sizeof(fds) / sizeof(fds[0]),
			process->pid_fd < 0 && wait_ms > 20 ? 20 : wait_ms);
		phases_read(process, report);
		if (doer_has_ended(process, 0))
			return true;
		if (listens && supervisor_is_interrupted(supervisor))
			return false;
		if (deadline_passed(deadline))
			return false;
		/* The doer closes its end only by ending, but a hang-up must not spin until then.
		 */
		if ((fds[1].revents & POLLHUP) != 0 && doer_has_ended(process, LEAVE_MS))
			return true;
	}
}

/* Ends the doer and all it says afterwards is lost; a step that it finished is seen in the kernel.
 */
static bool
doer_kill(struct doer_process *process)
{
	struct deadline leaving = deadline_in_ms(LEAVE_MS);

	/* Not reaped yet, so the number is still its own. */
	kill(process->pid, SIGKILL);
	while (!doer_has_ended(process, deadline_poll_ms(leaving))) {
		if (!deadline_pause_ms(leaving, 5))
			return false;
	}
	return true;
}

static enum status
doer_verdict(const struct supervisor *supervisor, const struct doer_process *process,
	const struct doer_report *report, bool ended, struct reason *reason)
{
	const char *words = phase_words(report->last);

	if (report->answered) {
		reason_pass(&process->answer.reason, reason);
		return process->answer.status;
	}
	if (report->is_alive)
		return reason_set(reason, STATUS_TIMED_OUT,
			"killed while %s, but the kernel still holds process %d; "
			"look at the disk, nothing more was touched",
			words, process->pid);
	if (ended)
		return reason_set(reason, STATUS_INTERNAL,
			"the process ended without an answer while %s; "
			"look into the log for who killed it",
			words);
	if (supervisor->interrupted)
		return reason_set(reason, STATUS_INTERRUPTED,
			"told to end by a signal while %s; see the log for who sent it", words);
	return reason_set(reason, STATUS_TIMED_OUT,
		"out of time while %s; "
		"raise the action's timeout if that is expected to take longer",
		words);
}

enum status
supervise(struct supervisor *supervisor, doer_body *body, const void *context, bool listens,
	struct deadline deadline, struct doer_report *ret_report, struct reason *reason)
{
	struct doer_report report = {.last = PHASE_LOCKING};
	owned_by(doer_process_end) struct doer_process process = {.pid_fd = -1,
		.phase_fd = -1,
		.answer_fd = -1};
	enum status status = doer_fork(supervisor, body, context, deadline, &process, reason);

	if (status == STATUS_OK) {
		bool ended = doer_wait(supervisor, &process, listens,
			(struct deadline){deadline.at_ms + ANSWER_MS}, &report);

		report.is_alive = !ended && !doer_kill(&process);
		phases_read(&process, &report);
		answer_read(&process, &report);
		status = doer_verdict(supervisor, &process, &report, ended, reason);
	}
	*ret_report = report;
	return status;
}
