/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the jail takes away from the process, what it does without where the kernel or the host has
 * not all of it, and that it fails closed where it may not. Run as root and as an ordinary user.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jail_kit.h"

/* The bits of what a try of jail_enter gives. */
#define ENTERED 1
#define LOCKED 2
#define LIMITED 4
#define FILTERED 8
#define REASON_SAYS_SO 16

static int
nothing_is_roots(const void *context)
{
	uid_t uids[3];
	gid_t gids[3];

	(void)context;
	if (getresuid(&uids[0], &uids[1], &uids[2]) != 0 ||
		getresgid(&gids[0], &gids[1], &gids[2]) != 0)
		return 1;
	for (size_t i = 0; i < 3; i++) {
		if (uids[i] == 0 || uids[i] != uids[0] || gids[i] != gids[0])
			return 2;
	}
	if (setuid(0) == 0 || seteuid(0) == 0 || setresuid(0, 0, 0) == 0 || setgroups(0, NULL) == 0)
		return 3;
	return 0;
}

static int
no_group_is_left(const void *context)
{
	(void)context;
	return getgroups(0, NULL);
}

static int
no_capability_is_left(const void *context)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2] = {0};

	(void)context;
	if (syscall(SYS_capget, &header, sets) != 0)
		return 1;
	if ((sets[0].effective | sets[0].permitted | sets[1].effective | sets[1].permitted) != 0)
		return 2;
	for (unsigned long capability = 0; capability <= CAP_LAST_CAP; capability++) {
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0) == 1)
			return 3;
	}
	sets[0].effective = sets[0].permitted = 1u << CAP_SYS_ADMIN;
	return syscall(SYS_capset, &header, sets) == 0 ? 4 : 0;
}

static int
the_process_is_sealed(const void *context)
{
	int signal_number = 0;

	(void)context;
	if (prctl(PR_GET_DUMPABLE) != 0)
		return 1;
	if (prctl(PR_GET_PDEATHSIG, &signal_number) != 0 || signal_number != SIGKILL)
		return 2;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 3;
}

/* The limit itself, and that it cannot be raised again. */
static int
limit_holds(__rlimit_resource_t resource, rlim_t expected)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) != 0 || limit.rlim_cur != expected ||
		limit.rlim_max != expected)
		return 1;
	limit.rlim_max = limit.rlim_cur = expected + 1;
	return setrlimit(resource, &limit) == 0 ? 2 : 0;
}

static int
the_limits_hold(const void *context)
{
	(void)context;
	return limit_holds(RLIMIT_CORE, 0) + limit_holds(RLIMIT_FSIZE, 0) +
		limit_holds(RLIMIT_NOFILE, 64);
}

static void
check_jailed(void **state)
{
	jail_work *const *work = *state;

	assert_int_equal(work_jailed(*work, NULL), 0);
}

/* Enters on a host that was prepared by the caller; see the bits above. */
static int
entry_try(pid_t parent, const char *expected)
{
	struct jail_state state = {0};
	struct reason reason = {0};
	enum status status = jail_enter(parent, &state, &reason);

	if (status != STATUS_OK)
		return status == STATUS_HELPER_BROKEN && expected != NULL &&
				strstr(reason.text, expected) != NULL
			? REASON_SAYS_SO
			: 0;
	return ENTERED | (state.memory_locked ? LOCKED : 0) | (state.files_limited ? LIMITED : 0) |
		(state.calls_filtered ? FILTERED : 0);
}

static int
entry_usual(const void *context)
{
	(void)context;
	return entry_try(getppid(), NULL);
}

static int
entry_without_landlock(const void *context)
{
	kernel_lacks(SYS_landlock_create_ruleset, -1, *(const int *)context);
	return entry_try(getppid(), NULL);
}

/* A container's own filter may refuse the second half only. */
static int
entry_without_landlock_rules(const void *context)
{
	kernel_lacks(SYS_landlock_restrict_self, -1, *(const int *)context);
	return entry_try(getppid(), NULL);
}

static int
entry_without_seccomp(const void *context)
{
	(void)context;
	kernel_lacks(SYS_prctl, PR_SET_SECCOMP, EINVAL);
	kernel_lacks(SYS_seccomp, -1, ENOSYS);
	return entry_try(getppid(), NULL);
}

static int
entry_without_locking(const void *context)
{
	(void)context;
	kernel_lacks(SYS_mlockall, -1, EPERM);
	return entry_try(getppid(), NULL);
}

static int
entry_without_no_new_privs(const void *context)
{
	(void)context;
	kernel_lacks(SYS_prctl, PR_SET_NO_NEW_PRIVS, EINVAL);
	return entry_try(getppid(), "PR_SET_NO_NEW_PRIVS");
}

static int
entry_that_stays_dumpable(const void *context)
{
	(void)context;
	kernel_lacks(SYS_prctl, PR_SET_DUMPABLE, EINVAL);
	return entry_try(getppid(), "PR_SET_DUMPABLE");
}

static int
entry_without_a_death_signal(const void *context)
{
	(void)context;
	kernel_lacks(SYS_prctl, PR_SET_PDEATHSIG, EINVAL);
	return entry_try(getppid(), "PR_SET_PDEATHSIG");
}

static int
entry_of_an_orphan(const void *context)
{
	(void)context;
	return entry_try(getppid() + 1, "whoever asked is gone");
}

/* A call that claims success and does nothing: only what is read back is believed. */
static int
entry_with_ids_that_stay(const void *context)
{
	(void)context;
	kernel_lacks(SYS_setresuid, -1, 0);
	return entry_try(getppid(), "the check of the identity");
}

static int
entry_with_groups_that_stay(const void *context)
{
	const gid_t groups[] = {4, 5};

	(void)context;
	if (setgroups(2, groups) != 0)
		return 0;
	kernel_lacks(SYS_setgroups, -1, 0);
	return entry_try(getppid(), "the check of the identity");
}

static int
entry_that_may_not_change_ids(const void *context)
{
	(void)context;
	kernel_lacks(SYS_setresgid, -1, EPERM);
	return entry_try(getppid(), "giving up root");
}

static void
a_part_that_cannot_be_had_is_named_and_the_rest_holds(void **state)
{
	static const int errors[] = {ENOSYS, EOPNOTSUPP, EPERM};
	int usual = work_free(entry_usual, NULL);

	(void)state;
	assert_true((usual & ENTERED) != 0);
	print_message("here: memory %s, Landlock %s, filter %s\n",
		usual & LOCKED ? "locked" : "not locked", usual & LIMITED ? "holds" : "absent",
		usual & FILTERED ? "holds" : "absent");
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		assert_int_equal(work_free(entry_without_landlock, &errors[i]), usual & ~LIMITED);
		assert_int_equal(work_free(entry_without_landlock_rules, &errors[i]),
			usual & ~LIMITED);
	}
	assert_int_equal(work_free(entry_without_seccomp, NULL), usual & ~FILTERED);
	assert_int_equal(work_free(entry_without_locking, NULL), usual & ~LOCKED);
}

static void
what_must_hold_and_does_not_ends_the_fetch(void **state)
{
	(void)state;
	assert_int_equal(work_free(entry_without_no_new_privs, NULL), REASON_SAYS_SO);
	assert_int_equal(work_free(entry_that_stays_dumpable, NULL), REASON_SAYS_SO);
	assert_int_equal(work_free(entry_without_a_death_signal, NULL), REASON_SAYS_SO);
	assert_int_equal(work_free(entry_of_an_orphan, NULL), REASON_SAYS_SO);
	if (geteuid() != 0)
		return;
	assert_int_equal(work_free(entry_with_ids_that_stay, NULL), REASON_SAYS_SO);
	assert_int_equal(work_free(entry_with_groups_that_stay, NULL), REASON_SAYS_SO);
	assert_int_equal(work_free(entry_that_may_not_change_ids, NULL), REASON_SAYS_SO);
}

/* Set-user-ID in disguise: an ordinary real user with root's effective one. */
static int
entry_with_one_id_of_root(const void *context)
{
	(void)context;
	return setresuid(65534, 65534, 0) == 0 ? entry_try(getppid(), "the check of the identity")
					       : 0;
}

static void
an_ordinary_user_with_a_way_back_to_root_is_refused(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(work_free(entry_with_one_id_of_root, NULL), REASON_SAYS_SO);
}

int
main(void)
{
	static jail_work *const works[] = {nothing_is_roots, no_capability_is_left,
		the_process_is_sealed, the_limits_hold, no_group_is_left};
	static const char *const names[] = {"nothing_is_roots", "no_capability_is_left",
		"the_process_is_sealed", "the_limits_hold", "no_group_is_left"};
	/* An ordinary user keeps the groups, and may not change them. */
	size_t work_count = geteuid() == 0 ? 5 : 4;
	struct CMUnitTest tests[8] = {
		cmocka_unit_test(a_part_that_cannot_be_had_is_named_and_the_rest_holds),
		cmocka_unit_test(what_must_hold_and_does_not_ends_the_fetch),
		cmocka_unit_test(an_ordinary_user_with_a_way_back_to_root_is_refused),
	};

	for (size_t i = 0; i < work_count; i++)
		tests[3 + i] = (struct CMUnitTest){.name = names[i],
			.test_func = check_jailed,
			.initial_state = (void *)(uintptr_t)&works[i]};
	return _cmocka_run_group_tests("jail", tests, 3 + work_count, NULL, NULL);
}
