/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals for those who keep the volume busy. See signals.h.
 */
#include "volume/signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>

#include "base/log.h"
#include "params/params_check.h"

/* What is left for the last unmount after a checker was killed. */
#define LAST_MS 3000

/* A list that its check let pass holds no word that is no signal. */
static void
signal_plan_add(struct signal_plan *plan, const char *words)
{
	int number;

	while (plan->count < SIGNAL_PLAN_MOST && (number = signal_list_next(&words)) != 0) {
		if (number > 0)
			plan->signals[plan->count++] = number;
	}
}

void
signal_plan_make(const struct params *params, struct signal_plan *ret_plan)
{
	const char *force = params->force_unmount != NULL ? params->force_unmount : "safe";
	struct signal_plan plan = {.delay_ms = (int64_t)params->signal_delay * 1000,
		.may_block = strcmp(force, "true") == 0};

	if (strcmp(force, "false") != 0) {
		signal_plan_add(&plan,
			params->term_signals != NULL ? params->term_signals : "TERM");
		signal_plan_add(&plan,
			params->kill_signals != NULL ? params->kill_signals : "KILL");
	}
	*ret_plan = plan;
}

static bool
holder_has_ended(const struct volume_user *holder)
{
	struct pollfd ended = {.fd = holder->pid_fd, .events = POLLIN};

	return poll(&ended, 1, 0) > 0;
}

static bool
holder_may_be_signalled(const struct volume_user *holder)
{
	return holder->pid_fd >= 0 && !holder->is_spared;
}

/* What this holder gets in this round; 0: nothing, but it is waited for. */
static int
holder_signal(const struct signal_plan *plan, const struct volume_user *holder,
	struct deadline deadline)
{
	size_t last = plan->count - 1;

	if (!holder->is_checker)
		return plan->signals[plan->next < last ? plan->next : last];
	if (plan->next == 0)
		return SIGTERM;
	return deadline_left_ms(deadline) <= LAST_MS ? SIGKILL : 0;
}

static void
holder_send(const struct volume_user *holder, int number)
{
	log_notice("sending SIG%s to process %d (%s, %s): it holds the volume by its %s",
		sigabbrev_np(number) != NULL ? sigabbrev_np(number) : "RT", (int)holder->pid,
		holder->name, holder->unit[0] != '\0' ? holder->unit : "no unit", holder->use);
	if (pidfd_send_signal(holder->pid_fd, number, NULL, 0) != 0 && errno != ESRCH)
		log_warning("cannot signal process %d: %s", (int)holder->pid, strerror(errno));
}

/* Waits for one of them after the other: all have to go, so their order does not matter. */
static void
holders_wait(const struct holder_list *list, struct deadline patience)
{
	for (size_t i = 0; i < list->count; i++) {
		struct pollfd ended = {.fd = list->holders[i].pid_fd, .events = POLLIN};

		if (!holder_may_be_signalled(&list->holders[i]))
			continue;
		if (poll(&ended, 1, deadline_poll_ms(patience)) == 0)
			return;
	}
}

bool
signal_plan_round(struct signal_plan *plan, const struct holder_list *list,
	struct deadline deadline)
{
	size_t waited_for = 0;

	for (size_t i = 0; i < list->count && plan->count > 0; i++) {
		const struct volume_user *holder = &list->holders[i];

		if (!holder_may_be_signalled(holder) || holder_has_ended(holder))
			continue;
		int number = holder_signal(plan, holder, deadline);
		if (number != 0)
			holder_send(holder, number);
		waited_for++;
	}
	if (waited_for == 0)
		return false;
	plan->next++;
	/* A delay of 0 still leaves the kernel a moment to end them. */
	int64_t wait_ms = plan->delay_ms > 0 ? plan->delay_ms : 50;
	holders_wait(list, deadline_sooner(deadline, deadline_in_ms(wait_ms)));
	return true;
}
