/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Status and state → OCF exit code: the two tables that hold every exit code of this agent, and the
 * exit-reason line. ocf_exit_test walks both and fails on a gap. 6 stands only where it is true on
 * every node: it stops the volume everywhere and keeps it down.
 */
#include "ocf_exit.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* reload-agent only says whether the running volume and its configuration are in order: 0 or 1. */
#define CODES(start, validate) \
	{ \
		[OCF_DOING_START] = (start), [OCF_DOING_VALIDATE] = (validate), \
		[OCF_DOING_RELOAD] = 1 \
	}

/*
 * 1: may work if tried again, or in doubt. 2: this node cannot use it. 4: refused. 5: missing here.
 */
static const uint8_t failure_codes[STATUS_COUNT][OCF_DOING_COUNT] = {
	[STATUS_OK] = {0, 0, 0},

	/*
	 * The configuration. One old node in a rolling upgrade must not ban a volume everywhere:
	 * bad is 2 for start.
	 */
	[STATUS_MISSING_PARAMETER] = CODES(6, 6),
	[STATUS_BAD_PARAMETER] = CODES(2, 6),
	[STATUS_UNKNOWN_PARAMETER] = CODES(2, 6),
	[STATUS_CLONE] = CODES(6, 6),

	/* This node. */
	[STATUS_NOT_ROOT] = CODES(4, 4),
	[STATUS_MISSING_SOFTWARE] = CODES(5, 5),
	[STATUS_PRIVATE_NAMESPACE] = CODES(2, 2),
	[STATUS_CLUSTER_MANAGED] = CODES(2, 2),

	/*
	 * The device and its LUKS header. A device may come late; for validate-all it is not there
	 * now.
	 */
	[STATUS_NO_DEVICE] = CODES(1, 2),
	[STATUS_NO_HEADER] = CODES(1, 2),
	[STATUS_DEVICE_IO] = CODES(1, 2),
	[STATUS_DEVICE_READ_ONLY] = CODES(2, 2),
	[STATUS_DEVICE_IN_USE] = CODES(2, 2),
	[STATUS_NOT_LUKS] = CODES(2, 2),
	[STATUS_WRONG_UUID] = CODES(2, 2),
	[STATUS_HEADER_DAMAGED] = CODES(2, 2),
	[STATUS_HEADER_UNSUPPORTED] = CODES(2, 2),
	[STATUS_NO_KEYSLOT] = CODES(2, 2),
	[STATUS_WRONG_KEY] = CODES(2, 2),
	[STATUS_KDF_MEMORY] = CODES(1, 2),

	/* The mapping. */
	[STATUS_NAME_TAKEN] = CODES(2, 2),
	[STATUS_OTHER_NAME] = CODES(1, 2),
	[STATUS_DOUBT] = CODES(1, 1),
	[STATUS_SUSPENDED] = CODES(1, 1),
	[STATUS_DEVICE_LOST] = CODES(1, 1),

	/* The filesystem and its mount. */
	[STATUS_MOUNT_POINT_TAKEN] = CODES(2, 2),
	[STATUS_NO_MOUNT_POINT] = CODES(2, 2),
	[STATUS_NO_FILESYSTEM_DRIVER] = CODES(5, 5),
	[STATUS_BAD_FILESYSTEM] = CODES(1, 2),
	[STATUS_NEEDS_FSCK] = CODES(1, 1),
	[STATUS_FILESYSTEM_IN_USE] = CODES(1, 1),
	[STATUS_BAD_MOUNT_OPTION] = CODES(2, 2),
	[STATUS_PARTLY_UP] = CODES(1, 1),
	[STATUS_TURNED_READ_ONLY] = CODES(1, 1),
	[STATUS_BUSY] = CODES(1, 1),
	[STATUS_NOT_ACTIVE] = CODES(1, 1),

	/* Credentials. */
	[STATUS_NO_CREDENTIALS] = CODES(4, 4),
	[STATUS_BAD_CREDENTIALS] = CODES(4, 4),
	[STATUS_EXPIRED_CREDENTIALS] = CODES(4, 4),
	[STATUS_BAD_PROFILE] = CODES(2, 2),
	[STATUS_SLOW_CREDENTIALS] = CODES(1, 1),
	[STATUS_METADATA_UNREACHABLE] = CODES(1, 1),
	[STATUS_ROLE_DENIED] = CODES(4, 4),
	[STATUS_NO_REGION] = CODES(2, 2),
	[STATUS_REGION_DISABLED] = CODES(4, 4),

	/* The key. What AWS answers is never 6: it may be this node's region, account or role. */
	[STATUS_DENIED] = CODES(4, 4),
	[STATUS_KMS_KEY_UNUSABLE] = CODES(4, 4),
	[STATUS_PARAMETER_EXISTS] = CODES(2, 2),
	[STATUS_NO_PARAMETER] = CODES(2, 2),
	[STATUS_NOT_SECURE_STRING] = CODES(2, 2),
	[STATUS_BAD_VALUE] = CODES(2, 2),
	[STATUS_BAD_REQUEST] = CODES(2, 2),
	[STATUS_BAD_REPLY] = CODES(1, 1),
	[STATUS_THROTTLED] = CODES(1, 1),
	[STATUS_SERVICE_TROUBLE] = CODES(1, 1),
	[STATUS_UNREACHABLE] = CODES(1, 1),
	[STATUS_UNTRUSTED] = CODES(2, 2),
	/* Usually this node's clock, which time synchronisation heals in a minute. */
	[STATUS_CERTIFICATE_TIME] = CODES(1, 1),
	[STATUS_TLS_MISMATCH] = CODES(2, 2),
	[STATUS_CLOCK_SKEW] = CODES(1, 1),
	[STATUS_PROXY_REFUSED] = CODES(2, 2),
	[STATUS_HELPER_BROKEN] = CODES(5, 5),

	/* The run itself. */
	[STATUS_LOCKED] = CODES(1, 1),
	[STATUS_ORPHAN] = CODES(1, 1),
	[STATUS_NO_RECORD] = CODES(1, 1),
	[STATUS_UNREADABLE] = CODES(1, 1),
	[STATUS_TIMED_OUT] = CODES(1, 1),
	[STATUS_INTERRUPTED] = CODES(1, 1),
	[STATUS_NO_MEMORY] = CODES(1, 1),
	[STATUS_INTERNAL] = CODES(1, 1),
};

/*
 * In the order of enum ocf_asking: monitor, probe, standby, stop. A probe's 190 would count as 0,
 * so it says 0.
 */
static const uint8_t state_codes[STATE_COUNT][OCF_ASKING_COUNT] = {
	[STATE_ABSENT] = {7, 7, 7, 0},
	[STATE_TAKEN] = {1, 7, 7, 0},
	[STATE_ACTIVE] = {0, 0, 0, 1},
	[STATE_FLAGGED] = {190, 0, 0, 1},
	[STATE_FAILED] = {1, 1, 1, 1},
	[STATE_PARTIAL] = {1, 1, 1, 1},
	[STATE_DOUBT] = {1, 1, 1, 1},
	[STATE_UNREADABLE] = {1, 1, 1, 1},
};

int
ocf_code_of_failure(enum status status, enum ocf_doing doing)
{
	if ((unsigned int)status >= STATUS_COUNT)
		status = STATUS_INTERNAL;
	return failure_codes[status][doing];
}

int
ocf_code_of_state(enum state state, enum ocf_asking asking)
{
	if ((unsigned int)state >= STATE_COUNT)
		state = STATE_UNREADABLE;
	return state_codes[state][asking];
}

enum ocf_asking
ocf_asking_of(const struct ocf_call *call)
{
	if (call->interval == OCF_INTERVAL_ZERO)
		return OCF_ASKING_PROBE;
	return call->is_standby ? OCF_ASKING_STANDBY : OCF_ASKING_MONITOR;
}

void
ocf_reason_print(const struct ocf_call *call, int code, const struct reason *reason)
{
	char line[64 + REASON_BYTES];
	const char *text = reason->text[0] != '\0'
		? reason->text
		: "internal: the action failed without saying why";

	if (code == OCF_SUCCESS ||
		(code == OCF_NOT_RUNNING && call->interval != OCF_INTERVAL_UNSET))
		return;

	int length = snprintf(line, sizeof(line), "%.48s%s\n", call->reason_prefix, text);

	/*
	 * One write: a line of another process cannot fall between. Nobody is left to hear of a
	 * failure.
	 */
	if (length > 0 && write(STDERR_FILENO, line, (size_t)length) < 0)
		return;
}
