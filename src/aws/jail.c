/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The jail, step by step; each mandatory step is read back from the kernel. */
#include "config.h"

#include "aws/jail.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4
#endif
/* Pipes, a few sockets, certificate files, the resolver's. */
#define FILES_MAX 64

static enum status
step_refuse(const char *step, struct reason *reason)
{
	return reason_set(reason, STATUS_HELPER_BROKEN,
		"luks-ssm-aws: %s failed (%s); no key is fetched without it", step,
		strerror(errno));
}

/*
 * Before the drop, because raising the limit is root's right; on fault, so that only pages in use
 * count. Under a limit nothing is locked as a whole: once the rights are gone, every later
 * allocation beyond it would fail. What holds secrets is then still locked by itself
 * (secret_openssl.c).
 */
static bool
memory_lock(void)
{
#ifdef WITH_SANITIZERS
	return false;
#else
	const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};

	return setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0 &&
		mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
#endif
}

static bool
capabilities_are_none(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2] = {0};

	if (syscall(SYS_capget, &header, sets) != 0)
		return false;
	return (sets[0].effective | sets[0].permitted | sets[1].effective | sets[1].permitted) == 0;
}

/*
 * Reads back what the kernel holds: all three ids of both kinds alike and not root's, no
 * capability, no way back.
 */
static bool
identity_is_dropped(void)
{
	uid_t real_uid, effective_uid, saved_uid;
	gid_t real_gid, effective_gid, saved_gid;

	if (getresuid(&real_uid, &effective_uid, &saved_uid) != 0 ||
		getresgid(&real_gid, &effective_gid, &saved_gid) != 0)
		return false;
	return real_uid != 0 && real_uid == effective_uid && real_uid == saved_uid &&
		real_gid == effective_gid && real_gid == saved_gid && capabilities_are_none() &&
		setuid(0) != 0;
}

static enum status
identity_drop(struct reason *reason)
{
	if (geteuid() != 0)
		return identity_is_dropped() ? STATUS_OK
					     : step_refuse("the check of the identity", reason);

	struct passwd *user = getpwnam(FETCH_USER);

	if (user == NULL)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: there is no user %s; run systemd-sysusers", FETCH_USER);
	if (setgroups(0, NULL) != 0 || setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0 ||
		setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
		return step_refuse("giving up root", reason);
	if (getgroups(0, NULL) != 0 || getuid() != user->pw_uid || getgid() != user->pw_gid ||
		!identity_is_dropped())
		return step_refuse("the check of the identity", reason);
	return STATUS_OK;
}

/* The change of ids has reset both: fs.suid_dumpable may be 2, and the death signal is cleared. */
static enum status
process_seal(pid_t parent, struct reason *reason)
{
	int signal_number = 0;

	if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_GET_DUMPABLE) != 0)
		return step_refuse("PR_SET_DUMPABLE", reason);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_GET_PDEATHSIG, &signal_number) != 0 ||
		signal_number != SIGKILL)
		return step_refuse("PR_SET_PDEATHSIG", reason);
	if (getppid() != parent)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: whoever asked is gone");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return step_refuse("PR_SET_NO_NEW_PRIVS", reason);
	return STATUS_OK;
}

/* No RLIMIT_NPROC: it counts per user and stops libcurl's resolver thread. */
static enum status
limits_set(struct reason *reason)
{
	const struct rlimit none = {0, 0}, files = {FILES_MAX, FILES_MAX};

	/* A file that cannot grow would otherwise end the process with SIGXFSZ. */
	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_CORE, &none) != 0 || setrlimit(RLIMIT_FSIZE, &none) != 0 ||
		setrlimit(RLIMIT_NOFILE, &files) != 0)
		return step_refuse("setrlimit", reason);
	return STATUS_OK;
}

enum status
jail_enter(pid_t parent, struct jail_state *ret_state, struct reason *reason)
{
	struct jail_state state = {.memory_locked = memory_lock()};
	enum status status = identity_drop(reason);

	if (status == STATUS_OK)
		status = process_seal(parent, reason);
	if (status == STATUS_OK)
		status = limits_set(reason);
	if (status != STATUS_OK)
		return status;
	state.files_limited = jail_limit_files();
	state.calls_filtered = jail_filter_calls();
	*ret_state = state;
	return STATUS_OK;
}
