/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * start: what stands against it on paper, then what stands against it on this node, then
 * volume_start. The only action besides validate-all that looks at its parameters before it does
 * anything.
 */
#include "actions.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "validate.h"
#include "volume/volume.h"

/*
 * The drop-in that makes the cluster stop before the storage goes, wherever systemd may read it
 * from.
 */
static const char *const dropins[] = {
	"/etc/systemd/system/resource-agents-deps.target.d/luks-ssm.conf",
	"/run/systemd/system/resource-agents-deps.target.d/luks-ssm.conf",
	SYSTEMD_UNIT_DIR "/resource-agents-deps.target.d/luks-ssm.conf",
};

static void
dropin_check(void)
{
	for (size_t i = 0; i < sizeof(dropins) / sizeof(dropins[0]); i++) {
		if (access(dropins[i], F_OK) == 0)
			return;
	}
	log_warning(
		"%s is missing: a shutdown of this node may pull the storage away first; install luks-ssm anew",
		dropins[2]);
}

/*
 * A service that runs beside the agent would not see a mount that was made in a namespace of the
 * agent's own.
 */
static enum status
namespace_check(struct reason *reason)
{
	struct stat own, init;

	if (stat("/proc/self/ns/mnt", &own) != 0 || stat("/proc/1/ns/mnt", &init) != 0)
		return reason_set(reason, STATUS_UNREADABLE,
			"/proc: the mount namespace cannot be read: %s; is /proc mounted, and this root?",
			strerror(errno));
	if (own.st_ino != init.st_ino)
		return reason_set(reason, STATUS_PRIVATE_NAMESPACE,
			"this agent runs in a mount namespace of its own; take PrivateTmp and the like from pacemaker.service");
	return STATUS_OK;
}

static enum status
node_check(struct reason *reason)
{
	if (geteuid() != 0)
		return reason_set(reason, STATUS_NOT_ROOT,
			"start needs root; run it through Pacemaker or as root");
	return namespace_check(reason);
}

int
action_start(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason)
{
	char unknown[64];
	enum status status = validate_parameters(call, wanted, reason);

	if (status != STATUS_OK)
		return ocf_code_of_failure(status, OCF_DOING_START);
	if (ocf_unknown_param(unknown, sizeof(unknown)))
		log_warning("%s is no parameter of this agent and has no effect; take it out",
			unknown);

	status = node_check(reason);
	if (status == STATUS_OK) {
		dropin_check();
		/* The end, not the deadline: volume_start keeps its own reserve for undoing. */
		status = volume_start(wanted, call->end, reason);
	}
	return ocf_code_of_failure(status, OCF_DOING_START);
}
