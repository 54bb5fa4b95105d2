/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fork, read until its end of file, wait, kill what is left. */
#include "creds/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/own.h"

struct program {
	pid_t pid;     /* and its process group; -1: none */
	int pid_fd;    /* owned */
	int output_fd; /* owned */
};

/* The whole group, also what the program has left behind it in the background. */
static void
program_kill(struct program *program, int *ret_wait_status)
{
	if (program->pid <= 0)
		return;
	kill(-program->pid, SIGKILL);
	kill(program->pid, SIGKILL);
	while (waitpid(program->pid, ret_wait_status, 0) < 0 && errno == EINTR)
		continue;
	program->pid = -1;
}

static void
program_close(struct program *program)
{
	int ignored = 0;

	program_kill(program, &ignored);
	fd_end(&program->pid_fd);
	fd_end(&program->output_fd);
}

static _Noreturn void
program_become(char *const *arguments, char *const *environment, int output_fd, pid_t parent)
{
	sigset_t none;
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (null_fd < 0 || getppid() != parent || dup2(null_fd, STDIN_FILENO) < 0 ||
		dup2(output_fd, STDOUT_FILENO) < 0 || dup2(null_fd, STDERR_FILENO) < 0)
		_exit(127);
	close_range(STDERR_FILENO + 1, UINT_MAX, 0);
	execve(arguments[0], arguments, environment);
	_exit(127);
}

static enum status
program_start(char *const *arguments, char *const *environment, struct program *program)
{
	int ends[2];
	pid_t parent = getpid();

	if (pipe2(ends, O_CLOEXEC) != 0)
		return STATUS_NO_MEMORY;
	program->output_fd = ends[0];

	owned_fd write_fd = ends[1];

	program->pid = fork();
	if (program->pid == 0)
		program_become(arguments, environment, write_fd, parent);
	if (program->pid < 0)
		return STATUS_NO_MEMORY;
	/* Here as well, so that the group is there before anybody kills it. */
	setpgid(program->pid, program->pid);
	program->pid_fd = pidfd_open(program->pid, 0);
	return program->pid_fd >= 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Waits for either; false when the deadline came first. */
static bool
descriptor_wait(int fd, struct deadline deadline)
{
	struct pollfd wanted = {.fd = fd, .events = POLLIN};
	int ready;

	do {
		ready = poll(&wanted, 1, deadline_poll_ms(deadline));
	} while (ready < 0 && errno == EINTR && !deadline_passed(deadline));
	return ready > 0;
}

/* Up to the end of the output; RET_TIMED_OUT: or to the deadline. */
static enum status
output_read(const struct program *program, struct deadline deadline, struct secret *output,
	bool *ret_timed_out)
{
	for (;;) {
		if (!descriptor_wait(program->output_fd, deadline)) {
			*ret_timed_out = true;
			return STATUS_OK;
		}

		ssize_t got = read(program->output_fd, output->bytes + output->length_bytes,
			output->room_bytes - output->length_bytes);

		if (got == 0 || (got < 0 && errno != EINTR))
			return STATUS_OK;
		if (got > 0)
			output->length_bytes += (size_t)got;
		if (output->length_bytes > PROGRAM_OUTPUT_BYTES)
			return STATUS_BAD_VALUE;
	}
}

enum status
program_run(char *const *arguments, char *const *environment, struct deadline deadline,
	struct secret *ret_output, struct program_end *ret_end)
{
	owned_by(program_close) struct program program = {-1, -1, -1};
	owned_secret output = {0};
	struct program_end end = {0};
	int wait_status = 0;
	enum status status = secret_make(&output, PROGRAM_OUTPUT_BYTES + 1);

	if (status == STATUS_OK)
		status = program_start(arguments, environment, &program);
	if (status == STATUS_OK)
		status = output_read(&program, deadline, &output, &end.timed_out);
	if (status != STATUS_OK)
		return status;
	if (!end.timed_out)
		end.timed_out = !descriptor_wait(program.pid_fd, deadline);
	program_kill(&program, &wait_status);
	end.exit_code = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
	output.bytes[output.length_bytes] = '\0';
	*ret_output = secret_steal(&output);
	*ret_end = end;
	return STATUS_OK;
}
