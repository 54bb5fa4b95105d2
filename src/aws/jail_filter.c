/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system call filter: a list of what no fetch needs and an intruder would want. A list of what
 * is allowed breaks with the next C library. clone3 answers ENOSYS, not EPERM: glibc then falls
 * back to clone, whose flags can be looked at.
 */
#include "config.h"

#include "aws/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>

#include "base/own.h"

#ifndef WITH_SANITIZERS

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

struct denied_call {
	const char *name;
	int number; /* 0: libseccomp knows it */
};

static const struct denied_call denied[] = {
#define JAIL_CALL(name, number) {#name, number},
#include "aws/jail_calls.def"
#undef JAIL_CALL
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

/* A call that this architecture does not have cannot be denied, and need not be. */
static bool
calls_deny(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
		int number = seccomp_syscall_resolve_name(denied[i].name);

		if (number == __NR_SCMP_ERROR)
			number = denied[i].number;
		if (number == 0)
			continue;
		int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0);

		if (error != 0 && error != -EDOM)
			return false;
	}
	return true;
}

/* An architecture without this call (-EDOM) needs no rule for it. */
static bool
flags_deny(scmp_filter_ctx filter, int number, unsigned int place, uint64_t mask, uint64_t value)
{
	int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 1,
		SCMP_CMP(place, SCMP_CMP_MASKED_EQ, mask, value));

	return error == 0 || error == -EDOM;
}

static bool
namespaces_deny(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < sizeof(namespace_flags) / sizeof(namespace_flags[0]); i++) {
		if (!flags_deny(filter, SCMP_SYS(clone), 0, namespace_flags[i], namespace_flags[i]))
			return false;
	}
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
}

/*
 * Nothing is opened for writing, also where the kernel has no Landlock. The flags of openat2 lie in
 * memory, where no filter can look: it answers as a kernel without it.
 */
static bool
writing_deny(scmp_filter_ctx filter)
{
	static const struct {
		uint64_t mask, value;
	} writing[] = {
		{O_WRONLY, O_WRONLY},
		{O_RDWR, O_RDWR},
		{O_CREAT, O_CREAT},
		{O_TRUNC, O_TRUNC},
	};

	for (size_t i = 0; i < sizeof(writing) / sizeof(writing[0]); i++) {
		if (!flags_deny(filter, SCMP_SYS(openat), 2, writing[i].mask, writing[i].value) ||
			!flags_deny(filter, SCMP_SYS(open), 1, writing[i].mask, writing[i].value))
			return false;
	}
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0) == 0;
}

bool
jail_filter_calls(void)
{
	owned_by(filter_end) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	return filter != NULL && calls_deny(filter) && namespaces_deny(filter) &&
		writing_deny(filter) && seccomp_load(filter) == 0;
}

#else

bool
jail_filter_calls(void)
{
	return false;
}

#endif
