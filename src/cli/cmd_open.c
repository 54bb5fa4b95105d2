/* SPDX-License-Identifier: GPL-2.0-or-later */
/* open: what start does, from the command line or a unit. */
#include "base/log.h"
#include "cli/cluster_claim.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/opened.h"
#include "cli/unit_order.h"
#include "volume/volume.h"
#include "volume/volume_check.h"

/* The exit code of what may work if it is tried again. */
#define EXIT_TRY_AGAIN 1
#define PAUSE_MS 5000

/* What validate-all looks at on this node; the key is not fetched. */
#define CHECK_WITHOUT_KEY 10

static void
open_tell(struct command_call *call, const char *result)
{
	struct json_object *root = answer_root(&call->answer);

	answer_text(root, "result", result);
	answer_text(root, "volume", call->wanted.instance);
	answer_text(root, "device", call->params.device);
	answer_text(root, "mapping", call->wanted.map_name);
	answer_text(root, "directory", call->params.directory);
}

/* The order of the mount's unit has to be there before the mount is. */
static enum status
open_ordered(struct command_call *call, struct reason *reason)
{
	const char *directory = call->params.directory;

	unit_order_write(directory);
	enum status status = volume_start(&call->wanted, call->deadline, reason);

	if (status == STATUS_OK)
		unit_order_prove(directory, call->deadline);
	else
		unit_order_remove(directory);
	return status;
}

/*
 * Under systemd what may pass is waited out: a unit that fails takes those that require it along,
 * and they would stay down when it is up at last (systemd.unit(5), Requires=).
 */
static enum status
open_patiently(struct command_call *call, struct reason *reason)
{
	if (call->options[OPTION_luks_mount] != NULL)
		opened_note(call->wanted.instance, call->options[OPTION_luks_mount]);
	enum status status = open_ordered(call, reason);

	while (exit_code_of(status) == EXIT_TRY_AGAIN && systemd_is_caller() &&
		deadline_left_ms(call->deadline) > PAUSE_MS) {
		command_reword(call, reason);
		log_warning("%s; tried again in %d s", reason->text, PAUSE_MS / 1000);
		deadline_pause_ms(call->deadline, PAUSE_MS);
		reason_clear(reason);
		status = open_ordered(call, reason);
	}
	return status;
}

enum status
cmd_open(struct command_call *call, struct reason *reason)
{
	enum status status = reason_pass(&call->params.problem, reason);

	if (status == STATUS_OK)
		status = command_check_name(call, reason);
	if (status == STATUS_OK)
		status = command_check_rights(call, reason);
	if (status == STATUS_OK && call->options[OPTION_despite_cluster] == NULL)
		status = cluster_claim_check(&call->wanted, reason);
	if (status == STATUS_OK && call->options[OPTION_dry_run] != NULL)
		status = volume_check(&call->wanted, CHECK_WITHOUT_KEY, call->deadline, reason);
	else if (status == STATUS_OK)
		status = open_patiently(call, reason);
	if (status == STATUS_OK)
		open_tell(call,
			call->options[OPTION_dry_run] != NULL
				? "nothing stands against it; nothing was changed"
				: "ok");
	return status;
}
