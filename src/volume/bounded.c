/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A function in a child with a deadline, answering through shared memory. Used by the depth checks,
 * the disk probes and validate-all; never by what must not outlive its caller, because a child in
 * the kernel may.
 */
#include "volume/bounded.h"

#include <string.h>
#include <sys/mman.h>

#include "volume/spawn.h"

/* What parent and child share. The answer counts only once it is complete. */
struct bounded {
	bounded_function *function;
	enum status status;
	struct reason reason;
	bool answered;
	size_t context_bytes;
	_Alignas(16) char context[];
};

static int
bounded_child(void *context)
{
	struct bounded *shared = context;

	shared->status = shared->function(shared->context, &shared->reason);
	__atomic_store_n(&shared->answered, true, __ATOMIC_RELEASE);
	return 0;
}

/* The status of a finished child, and its reason where the caller has none yet. */
static enum status
bounded_answer(const struct bounded *shared, const char *what, const struct spawn_result *result,
	struct reason *reason)
{
	if (__atomic_load_n(&shared->answered, __ATOMIC_ACQUIRE)) {
		if (shared->status != STATUS_OK && reason != NULL && reason->text[0] == '\0')
			*reason = shared->reason;
		return shared->status;
	}
	if (result->timed_out || result->stuck)
		return reason_set(reason, STATUS_TIMED_OUT,
			"%.120s does not answer%s; look at its disk", what,
			result->stuck ? " (a process stays in the kernel)" : "");
	return reason_set(reason, STATUS_INTERNAL,
		"looking at %.80s ended by signal %d; see the kernel log for what sent it", what,
		result->signal);
}

enum status
bounded_run(bounded_function *function, const char *what, void *context, size_t context_bytes,
	struct deadline deadline, struct reason *reason)
{
	size_t shared_bytes = sizeof(struct bounded) + context_bytes;
	struct bounded *shared = mmap(NULL, shared_bytes, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return reason_set(reason, STATUS_NO_MEMORY,
			"no memory to look at %.120s; free some", what);
	shared->function = function;
	shared->context_bytes = context_bytes;
	memcpy(shared->context, context, context_bytes);

	struct spawn_job job = {.function = bounded_child,
		.context = shared,
		.keep_all_fds = true,
		.keep_stderr = true};
	struct spawn_result result = {0};
	enum status status = spawn_run(&job, deadline, &result, reason);

	if (status == STATUS_OK)
		status = bounded_answer(shared, what, &result, reason);
	if (!result.stuck && __atomic_load_n(&shared->answered, __ATOMIC_ACQUIRE))
		memcpy(context, shared->context, context_bytes);
	munmap(shared, shared_bytes);
	return status;
}
