/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system call filter: a list of what no fetch needs and an intruder would want. A list of what
 * is allowed breaks with the next C library. clone3 answers ENOSYS, not EPERM: glibc then falls
 * back to clone, whose flags can be looked at.
 */
#include "config.h"

#include "aws/jail.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>

#include "base/own.h"

#ifndef WITH_SANITIZERS

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static const char *const denied[] = {
	"mount",
	"umount",
	"umount2",
	"open_tree",
	"move_mount",
	"fsopen",
	"fsconfig",
	"fsmount",
	"fspick",
	"mount_setattr",
	"chroot",
	"pivot_root",
	"unshare",
	"setns",
	"ptrace",
	"process_vm_readv",
	"process_vm_writev",
	"process_madvise",
	"pidfd_getfd",
	"kcmp",
	"bpf",
	"perf_event_open",
	"userfaultfd",
	"io_uring_setup",
	"io_uring_enter",
	"io_uring_register",
	"keyctl",
	"add_key",
	"request_key",
	"execve",
	"execveat",
	"init_module",
	"finit_module",
	"delete_module",
	"kexec_load",
	"kexec_file_load",
	"reboot",
	"swapon",
	"swapoff",
};

static const uint64_t namespace_flags[] = {
	CLONE_NEWNS,
	CLONE_NEWCGROUP,
	CLONE_NEWUTS,
	CLONE_NEWIPC,
	CLONE_NEWUSER,
	CLONE_NEWPID,
	CLONE_NEWNET,
	CLONE_NEWTIME,
};

static void
filter_end(scmp_filter_ctx *filter)
{
	if (*filter != NULL)
		seccomp_release(*filter);
}

/*
 * A call that this libseccomp or this architecture does not know cannot be denied by name, and
 * matters less.
 */
static bool
calls_deny(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
		int number = seccomp_syscall_resolve_name(denied[i]);

		if (number == __NR_SCMP_ERROR)
			continue;
		int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0);

		if (error != 0 && error != -EDOM)
			return false;
	}
	return true;
}

static bool
namespaces_deny(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < sizeof(namespace_flags) / sizeof(namespace_flags[0]); i++) {
		if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
			    SCMP_A0(SCMP_CMP_MASKED_EQ, namespace_flags[i], namespace_flags[i])) !=
			0)
			return false;
	}
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
}

bool
jail_filter_calls(void)
{
	owned_by(filter_end) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	return filter != NULL && calls_deny(filter) && namespaces_deny(filter) &&
		seccomp_load(filter) == 0;
}

#else

bool
jail_filter_calls(void)
{
	return false;
}

#endif
