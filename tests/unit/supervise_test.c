/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about the supervisor: what crosses from the doer, and what ends it. Needs no root. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "volume/supervise.h"

static struct lock no_lock = LOCK_EMPTY;

static enum status
run(doer_body *body, bool listens, int64_t limit_ms, struct doer_report *report,
	struct reason *reason)
{
	owned_supervisor supervisor = SUPERVISOR_NONE;

	assert_int_equal(supervisor_begin("unit-test", &no_lock, &supervisor, reason), STATUS_OK);
	return supervise(&supervisor, body, NULL, listens, deadline_in_ms(limit_ms), report,
		reason);
}

static enum status
body_refuses(const void *context, const struct doer *doer, struct reason *reason)
{
	(void)context;
	phase_enter(doer, PHASE_LOOKING);
	phase_enter(doer, PHASE_UNLOCKING);
	return reason_set(reason, STATUS_WRONG_KEY, "the key opens no slot");
}

static void
status_reason_and_phases_cross_from_the_doer(void **state)
{
	struct doer_report report;
	struct reason reason = {0};

	(void)state;
	assert_int_equal(run(body_refuses, true, 5000, &report, &reason), STATUS_WRONG_KEY);
	assert_string_equal(reason.text, "wrong-key: the key opens no slot");
	assert_true(report.answered);
	assert_true(doer_entered(&report, PHASE_LOOKING));
	assert_true(doer_entered(&report, PHASE_UNLOCKING));
	assert_false(doer_entered(&report, PHASE_MOUNTING));
	assert_int_equal(report.last, PHASE_UNLOCKING);
}

static enum status
body_hangs(const void *context, const struct doer *doer, struct reason *reason)
{
	(void)context;
	(void)reason;
	phase_enter(doer, PHASE_CLOSING);
	alarm(60);
	for (;;)
		pause();
	return STATUS_OK;
}

static void
a_timeout_names_the_phase_and_ends_the_doer(void **state)
{
	struct doer_report report;
	struct reason reason = {0};
	int64_t begun_ms = clock_now_ms();

	(void)state;
	assert_int_equal(run(body_hangs, true, 100, &report, &reason), STATUS_TIMED_OUT);
	assert_non_null(strstr(reason.text, phase_words(PHASE_CLOSING)));
	assert_false(report.answered);
	assert_false(report.is_alive);
	assert_true(clock_now_ms() - begun_ms < 5000);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static enum status
body_ignores_term(const void *context, const struct doer *doer, struct reason *reason)
{
	signal(SIGTERM, SIG_IGN);
	kill(getppid(), SIGTERM);
	return body_hangs(context, doer, reason);
}

static void
a_signal_ends_a_doer_that_is_listened_for(void **state)
{
	struct doer_report report;
	struct reason reason = {0};

	(void)state;
	assert_int_equal(run(body_ignores_term, true, 20000, &report, &reason), STATUS_INTERRUPTED);
	assert_non_null(strstr(reason.text, "signal"));
}

static enum status
body_signals_and_succeeds(const void *context, const struct doer *doer, struct reason *reason)
{
	(void)context;
	(void)doer;
	(void)reason;
	kill(getppid(), SIGTERM);
	usleep(50000);
	return STATUS_OK;
}

static void
a_signal_does_not_end_a_doer_that_undoes(void **state)
{
	struct doer_report report;
	struct reason reason = {0};

	(void)state;
	assert_int_equal(run(body_signals_and_succeeds, false, 20000, &report, &reason), STATUS_OK);
}

static enum status
body_dies(const void *context, const struct doer *doer, struct reason *reason)
{
	(void)context;
	(void)reason;
	phase_enter(doer, PHASE_MAPPING);
	raise(SIGKILL);
	return STATUS_OK;
}

static void
a_doer_that_dies_is_an_internal_failure(void **state)
{
	struct doer_report report;
	struct reason reason = {0};

	(void)state;
	assert_int_equal(run(body_dies, true, 5000, &report, &reason), STATUS_INTERNAL);
	assert_non_null(strstr(reason.text, phase_words(PHASE_MAPPING)));
	assert_false(report.answered);
}

static enum status
body_looks_at_its_signals(const void *context, const struct doer *doer, struct reason *reason)
{
	sigset_t blocked;

	(void)context;
	(void)doer;
	(void)reason;
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	return sigismember(&blocked, SIGTERM) ? STATUS_INTERNAL : STATUS_OK;
}

static void
the_doer_does_not_inherit_the_blocked_signals(void **state)
{
	struct doer_report report;
	struct reason reason = {0};

	(void)state;
	assert_int_equal(run(body_looks_at_its_signals, true, 5000, &report, &reason), STATUS_OK);
}

static void
signals_are_unblocked_after_the_supervisor(void **state)
{
	struct doer_report report;
	sigset_t blocked;

	(void)state;
	assert_int_equal(run(body_looks_at_its_signals, true, 5000, &report, NULL), STATUS_OK);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	assert_false(sigismember(&blocked, SIGTERM));
}

static void
the_reserve_is_two_seconds_or_a_tenth_and_at_most_half(void **state)
{
	(void)state;
	assert_int_equal(supervise_reserve_ms(120000), 12000);
	assert_int_equal(supervise_reserve_ms(10000), 2000);
	assert_int_equal(supervise_reserve_ms(1000), 500);
	assert_int_equal(supervise_reserve_ms(0), 0);
}

static enum status
body_shows_its_children_lock(const void *context, const struct doer *doer, struct reason *reason)
{
	(void)context;
	(void)reason;
	return fcntl(doer->children_fd, F_GETFD) == FD_CLOEXEC ? STATUS_OK : STATUS_INTERNAL;
}

/* There is no instance directory here, so that the doer can have none of its own. */
static void
a_doer_shares_the_children_lock_that_it_cannot_open_anew(void **state)
{
	struct lock lock = {.lock_fd = -1, .children_fd = memfd_create("children", MFD_CLOEXEC)};
	owned_supervisor supervisor = SUPERVISOR_NONE;
	struct doer_report report;

	(void)state;
	assert_int_equal(supervisor_begin("unit-test", &lock, &supervisor, NULL), STATUS_OK);
	assert_int_equal(supervise(&supervisor, body_shows_its_children_lock, NULL, true,
				 deadline_in_ms(5000), &report, NULL),
		STATUS_OK);
	close(lock.children_fd);
}

/* signal(7): ignored across exec, and the kernel then reaps by itself. */
static void
a_caller_that_ignores_the_end_of_children_makes_no_doer_immortal(void **state)
{
	struct doer_report report;
	int64_t begun_ms = clock_now_ms();

	(void)state;
	signal(SIGCHLD, SIG_IGN);
	assert_int_equal(run(body_refuses, true, 5000, &report, NULL), STATUS_WRONG_KEY);
	signal(SIGCHLD, SIG_DFL);
	assert_false(report.is_alive);
	assert_true(clock_now_ms() - begun_ms < 3000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_reason_and_phases_cross_from_the_doer),
		cmocka_unit_test(a_timeout_names_the_phase_and_ends_the_doer),
		cmocka_unit_test(a_signal_ends_a_doer_that_is_listened_for),
		cmocka_unit_test(a_signal_does_not_end_a_doer_that_undoes),
		cmocka_unit_test(a_doer_that_dies_is_an_internal_failure),
		cmocka_unit_test(the_doer_does_not_inherit_the_blocked_signals),
		cmocka_unit_test(signals_are_unblocked_after_the_supervisor),
		cmocka_unit_test(the_reserve_is_two_seconds_or_a_tenth_and_at_most_half),
		cmocka_unit_test(a_doer_shares_the_children_lock_that_it_cannot_open_anew),
		cmocka_unit_test(a_caller_that_ignores_the_end_of_children_makes_no_doer_immortal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
