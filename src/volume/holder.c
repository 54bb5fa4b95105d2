/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The holder of an instance lock: read, written, ended. */
#include "volume/holder.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/own.h"
#include "volume/roots.h"
#include "volume/sysfs.h"

#define HOLDER_TEXT_BYTES 128
/* Between asking an orphan start to undo its work and ending it. */
#define TERM_GRACE_MS 2000

unsigned long long
process_start_ticks(pid_t pid)
{
	char path[PATH_MAX], text[1024];
	unsigned long long ticks;

	snprintf(path, sizeof(path), "%s/%d/stat", proc_root, (int)pid);
	if (small_file_read(path, text, sizeof(text)) != STATUS_OK)
		return 0;
	/* The command in parentheses may hold anything, parentheses too: count from the last one.
	 */
	const char *rest = strrchr(text, ')');

	if (rest == NULL ||
		sscanf(rest + 1,
			" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
			&ticks) != 1)
		return 0;
	return ticks;
}

/* One word in any case: without one, the line would not read back. */
static void
boot_word_read(char ret_word[static BOOT_ID_BYTES])
{
	boot_id_read(ret_word);
	if (ret_word[0] == '\0')
		memcpy(ret_word, "-", sizeof("-"));
}

void
holder_read(int lock_fd, struct holder *ret_holder)
{
	char text[HOLDER_TEXT_BYTES];
	struct holder holder;
	int pid;
	char end;
	ssize_t got = pread(lock_fd, text, sizeof(text) - 1, 0);

	memset(ret_holder, 0, sizeof(*ret_holder));
	if (got <= 0)
		return;
	text[got] = '\0';
	memset(&holder, 0, sizeof(holder));
	if (sscanf(text, "%15s %d %llu %39s%c", holder.action, &pid, &holder.start_ticks,
		    holder.boot_id, &end) != 5 ||
		end != '\n' || pid <= 1)
		return;
	holder.pid = pid;
	*ret_holder = holder;
}

bool
holder_write(int lock_fd, const char *action)
{
	char text[HOLDER_TEXT_BYTES], boot_id[BOOT_ID_BYTES];

	boot_word_read(boot_id);
	int length = snprintf(text, sizeof(text), "%s %d %llu %s\n", action, (int)getpid(),
		process_start_ticks(getpid()), boot_id);

	return length > 0 && (size_t)length < sizeof(text) && ftruncate(lock_fd, 0) == 0 &&
		pwrite(lock_fd, text, (size_t)length, 0) == length;
}

void
holder_clear(int lock_fd)
{
	struct holder holder;

	holder_read(lock_fd, &holder);
	if (holder.pid == getpid() && ftruncate(lock_fd, 0) != 0)
		log_debug("the lock file keeps its text");
}

static bool
process_wait(int pid_fd, struct deadline deadline)
{
	struct pollfd about = {.fd = pid_fd, .events = POLLIN};

	while (poll(&about, 1, deadline_poll_ms(deadline)) < 0) {
		if (deadline_passed(deadline))
			return false;
	}
	return (about.revents & POLLIN) != 0;
}

static void
process_signal(int pid_fd, int signal_number)
{
	syscall(SYS_pidfd_send_signal, pid_fd, signal_number, NULL, 0);
}

void
holder_end(const struct holder *holder, struct deadline deadline)
{
	char boot_id[BOOT_ID_BYTES];

	if (holder->pid <= 1 || holder->pid == getpid())
		return;
	owned_fd pid_fd = (int)syscall(SYS_pidfd_open, holder->pid, 0);

	boot_word_read(boot_id);
	if (pid_fd < 0 || strcmp(boot_id, holder->boot_id) != 0 ||
		process_start_ticks(holder->pid) != holder->start_ticks)
		return;
	log_notice("ending the %s that still runs as process %d", holder->action, (int)holder->pid);
	process_signal(pid_fd, SIGTERM);
	if (process_wait(pid_fd, deadline_sooner(deadline, deadline_in_ms(TERM_GRACE_MS))))
		return;
	process_signal(pid_fd, SIGKILL);
	(void)process_wait(pid_fd, deadline);
}
