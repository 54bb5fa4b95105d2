/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between fork and exec. No allocation and no lock: the parent may have had threads. */
#include "volume/spawn_child.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>

/* Puts SOURCE (or /dev/null) on the standard descriptor TARGET. */
static bool
fd_become(int source, int target, int open_flags)
{
	int fd = source >= 0 ? source : open("/dev/null", open_flags | O_CLOEXEC);

	if (fd < 0)
		return false;
	/* dup2 onto itself would leave close-on-exec set. */
	if (fd == target)
		return fcntl(fd, F_SETFD, 0) == 0;
	return dup2(fd, target) == target;
}

/*
 * The pipes may lie on 0, 1 or 2 when the parent had those closed: move them out of the way first.
 */
static int
fd_lift(int fd)
{
	return fd < 0 || fd > 2 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static bool
standard_fds_set(const struct spawn_job *job, int input_fd, int output_fd)
{
	int lifted_input = fd_lift(input_fd);
	int lifted_output = fd_lift(output_fd);
	int error_fd = job->with_stderr ? lifted_output : -1;

	if ((input_fd >= 0 && lifted_input < 0) || (output_fd >= 0 && lifted_output < 0))
		return false;
	return fd_become(lifted_input, 0, O_RDONLY) && fd_become(lifted_output, 1, O_WRONLY) &&
		(job->keep_stderr || fd_become(error_fd, 2, O_WRONLY));
}

/* The smallest kept descriptor from START on, or -1. */
static int
kept_fd_next(const struct spawn_job *job, int start)
{
	int next = -1;

	for (size_t i = 0; i < job->kept_count; i++) {
		if (job->kept_fds[i] >= start && (next < 0 || job->kept_fds[i] < next))
			next = job->kept_fds[i];
	}
	return next;
}

/* Closes the gaps between the kept descriptors, which are few. */
static void
other_fds_close(const struct spawn_job *job)
{
	int start = 3;

	for (int kept = kept_fd_next(job, start); kept >= 0; kept = kept_fd_next(job, start)) {
		if (kept > start)
			close_range((unsigned int)start, (unsigned int)kept - 1, 0);
		start = kept + 1;
	}
	close_range((unsigned int)start, UINT_MAX, 0);
}

static bool
kept_fds_pass_exec(const struct spawn_job *job)
{
	for (size_t i = 0; i < job->kept_count; i++) {
		if (fcntl(job->kept_fds[i], F_SETFD, 0) != 0)
			return false;
	}
	return true;
}

/* A supervisor blocks and handles signals; its child starts as if from a shell. */
static void
signals_reset(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool
job_prepare(const struct spawn_job *job, pid_t parent, int input_fd, int output_fd)
{
	prctl(PR_SET_PDEATHSIG, job->death_signal != 0 ? job->death_signal : SIGKILL);
	/* The parent may have died before that call: then nobody would ever signal. */
	if (getppid() != parent)
		return false;
	signals_reset();
	if (!standard_fds_set(job, input_fd, output_fd))
		return false;
	if (job->function == NULL || !job->keep_all_fds)
		other_fds_close(job);
	return job->path == NULL || kept_fds_pass_exec(job);
}

_Noreturn void
spawn_become(const struct spawn_job *job, pid_t parent, int input_fd, int output_fd)
{
	static char *const empty[] = {NULL};
	char *const alone[] = {(char *)(uintptr_t)job->path, NULL};

	if (!job_prepare(job, parent, input_fd, output_fd))
		_exit(SPAWN_EXIT_NO_EXEC);
	if (job->path == NULL)
		_exit(job->function(job->context));
	execve(job->path, job->arguments != NULL ? job->arguments : alone,
		job->environment != NULL ? job->environment : empty);
	_exit(SPAWN_EXIT_NO_EXEC);
}
