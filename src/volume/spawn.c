/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent's half of a child with a deadline: start, feed, read, end, reap. */
#include "volume/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "volume/spawn_child.h"

/*
 * How long a killed child may take to leave the kernel before it counts as stuck, in milliseconds.
 */
#define REAP_GRACE_MS 500
/* At most so much is read from the pipe of a child that has ended: more than a pipe holds. */
#define DRAIN_BYTES (1 << 20)

static enum status
pipe_make(int ends[static 2], struct reason *reason)
{
	if (pipe2(ends, O_CLOEXEC) == 0)
		return STATUS_OK;
	return reason_set(reason, STATUS_NO_MEMORY, "no pipe for a child: %s; free descriptors",
		strerror(errno));
}

static void
fd_make_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

enum status
spawn_start(const struct spawn_job *job, struct spawn_child *ret_child, struct reason *reason)
{
	owned_fd input_read = -1, input_write = -1, output_read = -1, output_write = -1;
	int ends[2];

	if (job->path != NULL && access(job->path, X_OK) != 0)
		return reason_set(reason, STATUS_MISSING_SOFTWARE,
			"%s cannot be run (%s); install it", job->path, strerror(errno));
	if (job->input != NULL) {
		if (pipe_make(ends, reason) != STATUS_OK)
			return STATUS_NO_MEMORY;
		input_read = ends[0];
		input_write = ends[1];
		fd_make_nonblocking(input_write);
	}
	if (job->output != NULL) {
		if (pipe_make(ends, reason) != STATUS_OK)
			return STATUS_NO_MEMORY;
		output_read = ends[0];
		output_write = ends[1];
		fd_make_nonblocking(output_read);
	}

	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid < 0)
		return reason_set(reason, STATUS_NO_MEMORY,
			"no process for a child: %s; free memory or processes", strerror(errno));
	if (pid == 0)
		spawn_become(job, parent, input_read, output_write);

	/* Not reaped yet, so the pid cannot be anybody else's. */
	int pid_fd = pidfd_open(pid, 0);

	if (pid_fd < 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return reason_set(reason, STATUS_NO_MEMORY, "no descriptor for a child; free some");
	}
	*ret_child = (struct spawn_child){.pid = pid,
		.pid_fd = pid_fd,
		.input_fd = steal_fd(&input_write),
		.output_fd = steal_fd(&output_read)};
	return STATUS_OK;
}

/* write(2) without the SIGPIPE that a child's early end would bring. */
static ssize_t
pipe_write(int fd, const void *bytes, size_t length_bytes)
{
	sigset_t pipe_signal, before, pending;
	static const struct timespec no_time;

	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);

	ssize_t written = write(fd, bytes, length_bytes);
	int error = errno;

	if (written < 0 && error == EPIPE && !sigismember(&pending, SIGPIPE))
		sigtimedwait(&pipe_signal, NULL, &no_time);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return written;
}

/* Writes what the pipe takes; closes it when all is written or nobody reads. */
static void
child_feed(const struct spawn_job *job, struct spawn_child *child, size_t *written_bytes)
{
	ssize_t written = 0;

	if (*written_bytes < job->input_bytes)
		written = pipe_write(child->input_fd, (const char *)job->input + *written_bytes,
			job->input_bytes - *written_bytes);
	if (written > 0)
		*written_bytes += (size_t)written;
	if (*written_bytes == job->input_bytes ||
		(written < 0 && errno != EAGAIN && errno != EINTR))
		fd_end(&child->input_fd);
}

/* Reads what is there; returns how much, and closes the pipe at its end. */
static size_t
child_read(const struct spawn_job *job, struct spawn_child *child, struct spawn_result *result)
{
	char dropped[512];
	size_t room_bytes = job->output_room_bytes - result->output_bytes;
	ssize_t got = room_bytes > 0
		? read(child->output_fd, (char *)job->output + result->output_bytes, room_bytes)
		: read(child->output_fd, dropped, sizeof(dropped));

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0) {
		fd_end(&child->output_fd);
		return 0;
	}
	if (room_bytes > 0)
		result->output_bytes += (size_t)got;
	else
		result->output_cut = true;
	explicit_bzero(dropped, sizeof(dropped));
	return (size_t)got;
}

/* Serves both pipes until the child has ended or the time is up. Returns whether it has ended. */
static bool
child_serve(const struct spawn_job *job, struct spawn_child *child, struct deadline deadline,
	size_t *written_bytes, struct spawn_result *result)
{
	for (;;) {
		struct pollfd looks[] = {
			{.fd = child->pid_fd, .events = POLLIN},
			{.fd = child->input_fd, .events = POLLOUT},
			{.fd = child->output_fd, .events = POLLIN},
		};
		int ready = poll(looks, 3, deadline_poll_ms(deadline));

		if (ready > 0 && looks[1].revents != 0)
			child_feed(job, child, written_bytes);
		if (ready > 0 && looks[2].revents != 0)
			child_read(job, child, result);
		if (ready > 0 && looks[0].revents != 0)
			return true;
		if (deadline_passed(deadline))
			return false;
	}
}

/* A grandchild may hold the pipe open for ever, so this takes what lies there and no more. */
static void
child_drain(const struct spawn_job *job, struct spawn_child *child, struct spawn_result *result)
{
	size_t drained_bytes = 0;

	while (child->output_fd >= 0 && drained_bytes < DRAIN_BYTES) {
		size_t got_bytes = child_read(job, child, result);

		if (got_bytes == 0)
			return;
		drained_bytes += got_bytes;
	}
}

/* The deadline came: tell it to end, wait, insist. Returns whether it is gone. */
static bool
child_stop(const struct spawn_job *job, struct spawn_child *child, size_t *written_bytes,
	struct spawn_result *result)
{
	result->timed_out = true;
	if (job->end_signal != 0) {
		pidfd_send_signal(child->pid_fd, job->end_signal, NULL, 0);
		if (child_serve(job, child, deadline_in_ms(job->end_grace_ms), written_bytes,
			    result))
			return true;
	}
	if (job->never_kill)
		return false;
	pidfd_send_signal(child->pid_fd, SIGKILL, NULL, 0);
	return child_serve(job, child, deadline_in_ms(REAP_GRACE_MS), written_bytes, result);
}

static void
child_reap(struct spawn_child *child, struct spawn_result *result)
{
	int state = 0;
	pid_t reaped;

	do {
		reaped = waitpid(child->pid, &state, 0);
	} while (reaped < 0 && errno == EINTR);
	if (reaped == child->pid && WIFEXITED(state))
		result->exit_code = WEXITSTATUS(state);
	else if (reaped == child->pid && WIFSIGNALED(state))
		result->signal = WTERMSIG(state);
}

void
spawn_finish(const struct spawn_job *job, struct spawn_child *child, struct deadline deadline,
	struct spawn_result *ret_result)
{
	struct spawn_result result = {.exit_code = -1, .pid = child->pid};
	size_t written_bytes = 0;
	bool ended = child_serve(job, child, deadline, &written_bytes, &result) ||
		child_stop(job, child, &written_bytes, &result);

	if (ended) {
		child_drain(job, child, &result);
		child_reap(child, &result);
	}
	result.stuck = !ended;
	fd_end(&child->input_fd);
	fd_end(&child->output_fd);
	fd_end(&child->pid_fd);
	child->pid = -1;
	*ret_result = result;
}

enum status
spawn_run(const struct spawn_job *job, struct deadline deadline, struct spawn_result *ret_result,
	struct reason *reason)
{
	struct spawn_child child = SPAWN_NO_CHILD;
	enum status status = spawn_start(job, &child, reason);

	if (status == STATUS_OK)
		spawn_finish(job, &child, deadline, ret_result);
	return status;
}

void
spawn_child_end(struct spawn_child *child)
{
	static const struct spawn_job nothing;
	struct spawn_result result;

	if (child->pid > 0)
		spawn_finish(&nothing, child, deadline_in_ms(0), &result);
}
