/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check: the whole rehearsal of open, a line each. Changes nothing, writes nothing, and goes on
 * after a line that is not well.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/wire.h"
#include "cli/command.h"
#include "cli/store.h"
#include "creds/plan.h"
#include "volume/conflicts.h"
#include "volume/key_fetch.h"
#include "volume/volume_check.h"

#define NODE_LEVEL 10
#define KEY_LEVEL 20

struct check {
	struct command_call *call;
	struct json_object *rows;
	enum status first; /* of what is not well */
	struct reason reason;
};

/* One line; the reason of what is not well says what to do. */
static void
check_line_tell(struct check *check, const char *what, enum status status,
	const struct reason *reason, const char *detail)
{
	struct json_object *row = answer_row(check->rows);

	answer_text(row, "what", what);
	answer_text(row, "result", status == STATUS_OK ? "ok" : status_code(status));
	answer_text(row, "detail", status == STATUS_OK ? detail : reason->text);
	if (status == STATUS_OK || check->first != STATUS_OK)
		return;
	check->first = status;
	check->reason = *reason;
}

static void
node_tell(struct check *check)
{
	struct reason reason = {0};
	enum status status = volume_check(&check->call->wanted, NODE_LEVEL, check->call->deadline,
		&reason);

	check_line_tell(check, "this node", status, &reason,
		"device, header, memory, names, mount point and filesystem");
}

static void
credentials_tell(struct check *check)
{
	struct reason reason = {0};
	owned_plan plan = {0};
	enum status status = plan_make(&check->call->params, check->call->deadline, &plan, &reason);

	check_line_tell(check, "credentials", status, &reason, plan.origin);
}

static void
jail_tell(struct check *check, unsigned int gaps)
{
	static const struct {
		unsigned int gap;
		const char *name;
	} parts[] = {{WIRE_GAP_LOCK, "locked memory"}, {WIRE_GAP_LANDLOCK, "Landlock"},
		{WIRE_GAP_FILTER, "a system call filter"}};
	char text[128] = "memory locked, files limited, system calls filtered";
	const char *before = "this host or container does not give ";
	size_t used = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if ((gaps & parts[i].gap) == 0)
			continue;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", before,
			parts[i].name);
		before = ", ";
	}
	check_line_tell(check, "jail of luks-ssm-aws", STATUS_OK, NULL, text);
}

/* The reader's rights do not reach so far, and need not: then it is not known. */
static void
key_kind_tell(struct check *check)
{
	owned_store_rows rows = {0};
	char text[256] = "not told: that needs ssm:GetParameterHistory";
	enum status status = store_list(&check->call->params, OPERATION_HISTORY,
		check->call->deadline, &rows, NULL);

	if (status == STATUS_OK && rows.count > 0) {
		const char *key = rows.rows[rows.count - 1][STORE_KEY];

		snprintf(text, sizeof(text), "%.100s%s", key,
			strcmp(key, "alias/aws/ssm") == 0
				? ", the account's own: everybody in the account may use it; take one of yours"
				: "");
	}
	check_line_tell(check, "KMS key", STATUS_OK, NULL, text);
}

static void
fetch_tell(struct check *check)
{
	struct reason reason = {0};
	owned_fetched_key key = {0};
	char text[128];
	enum status status = key_fetch(&check->call->params, NULL, 0, check->call->deadline, &key,
		&reason);

	command_reword(check->call, &reason);
	snprintf(text, sizeof(text), "version %u in %.60s", key.version, key.region);
	check_line_tell(check, "fetch", status, &reason, text);
	if (status != STATUS_OK)
		return;
	if (key.warning[0] != '\0')
		check_line_tell(check, "warning", STATUS_OK, NULL, key.warning);
	jail_tell(check, key.jail_gaps);
	key_kind_tell(check);
}

static void
unlock_tell(struct check *check)
{
	struct reason reason = {0};
	enum status status = volume_check(&check->call->wanted, KEY_LEVEL, check->call->deadline,
		&reason);

	check_line_tell(check, "unlock", status, &reason, "the key opens a copy of the header");
}

/* A unit of an administrator's that hides the one that would bring this volume up. */
static enum status
hidden_find(const struct command_call *call, struct reason *reason)
{
	bool is_article = call->options[OPTION_luks_mount] != NULL;
	const char *path = is_article ? "/etc/systemd/system/luks-mount.service"
				      : "/etc/systemd/system/luks-ssm@.service";

	if (access(path, F_OK) != 0)
		return STATUS_OK;
	return reason_set(reason, STATUS_BAD_PARAMETER,
		"%s hides the unit of the same name that was installed; remove it", path);
}

static void
conflicts_tell(struct check *check)
{
	struct reason reason = {0};
	enum status status = conflicts_find(&check->call->wanted, &reason);

	if (status == STATUS_OK)
		status = hidden_find(check->call, &reason);

	check_line_tell(check, "fstab, crypttab, units", status, &reason,
		"nothing gets in the way");
}

enum status
cmd_check(struct command_call *call, struct reason *reason)
{
	struct check check = {.call = call};
	const struct reason *problem = &call->params.problem;

	check.rows = answer_list(answer_root(&call->answer), "checks");
	check_line_tell(&check, "parameters", problem->status, problem, "complete and right");
	credentials_tell(&check);
	if (problem->status == STATUS_OK) {
		node_tell(&check);
		fetch_tell(&check);
		if (check.first == STATUS_OK)
			unlock_tell(&check);
		conflicts_tell(&check);
	}
	return check.first == STATUS_OK ? STATUS_OK : reason_pass(&check.reason, reason);
}
