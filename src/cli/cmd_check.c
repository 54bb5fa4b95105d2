/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check: the whole rehearsal of open, a line each. Changes nothing, writes nothing, and goes on
 * after a line that is not well.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/wire.h"
#include "cli/cluster_claim.h"
#include "cli/command.h"
#include "cli/store.h"
#include "cli/unit_order.h"
#include "creds/plan.h"
#include "volume/clock_check.h"
#include "volume/conflicts.h"
#include "volume/key_fetch.h"
#include "volume/volume_check.h"

#define SKIPPED "needs a line that is not ok"

struct check {
	struct command_call *call;
	struct json_object *rows;
	enum status first; /* of what is not well */
	struct reason reason;
};

static void
row_tell(struct check *check, const char *what, const char *result, const char *detail)
{
	struct json_object *row = answer_row(check->rows);

	answer_text(row, "what", what);
	answer_text(row, "result", result);
	answer_text(row, "detail", detail);
}

/* One line; the reason of what is not well says what to do. */
static void
check_line_tell(struct check *check, const char *what, enum status status,
	const struct reason *reason, const char *detail)
{
	row_tell(check, what, status == STATUS_OK ? "ok" : status_code(status),
		status == STATUS_OK ? detail : reason->text);
	if (status == STATUS_OK || check->first != STATUS_OK)
		return;
	check->first = status;
	check->reason = *reason;
}

/* What should be known, and stops nothing. */
static void
check_note_tell(struct check *check, const char *what, const char *detail)
{
	row_tell(check, what, "note", detail);
}

static void
part_tell(void *context, const char *what, enum status status, const struct reason *reason,
	const char *detail)
{
	struct check *check = context;

	if (status == STATUS_OK && detail == NULL)
		row_tell(check, what, "skipped", SKIPPED);
	else
		check_line_tell(check, what, status, reason, detail);
}

static void
clock_tell(struct check *check)
{
	char text[200];
	struct reason reason = {0};
	enum clock_trust trust = clock_look(sizeof(text), text);

	if (trust == CLOCK_UNKEPT)
		check_note_tell(check, "clock", text);
	else if (trust == CLOCK_WRONG)
		check_line_tell(check, "clock", reason_set(&reason, STATUS_CLOCK_SKEW, "%s", text),
			&reason, NULL);
	else
		check_line_tell(check, "clock", STATUS_OK, NULL, text);
}

static void
credentials_tell(struct check *check)
{
	struct reason reason = {0};
	owned_plan plan = {0};
	enum status status = plan_make(&check->call->params, check->call->deadline, &plan, &reason);
	char text[PLAN_ORIGIN_BYTES + 32];

	snprintf(text, sizeof(text), "from %s%s", plan.origin,
		plan.role_count > 0 ? ", for a role" : "");
	command_reword(check->call, &reason);
	check_line_tell(check, "credentials", status, &reason, text);
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
	if (gaps != 0)
		check_note_tell(check, "jail of luks-ssm-aws", text);
	else
		check_line_tell(check, "jail of luks-ssm-aws", STATUS_OK, NULL, text);
}

/* The reader's rights do not reach so far, and need not: then it is not known here. */
static void
key_kind_tell(struct check *check)
{
	owned_store_rows rows = {0};
	struct reason refusal = {0};
	enum status status = store_list(&check->call->params, OPERATION_HISTORY,
		check->call->deadline, &rows, &refusal);

	if (status == STATUS_OK && rows.count > 0) {
		const char *key = rows.rows[rows.count - 1][STORE_KEY];

		if (strcmp(key, "alias/aws/ssm") == 0)
			check_note_tell(check, "KMS key",
				"alias/aws/ssm, the account's own: everybody in the account may use it, and revoking on it means nothing; store the key under one of yours");
		else
			check_line_tell(check, "KMS key", STATUS_OK, NULL, key);
	} else if (status == STATUS_DENIED) {
		check_note_tell(check, "KMS key",
			"not told: a reader needs no ssm:GetParameterHistory; who has it, as the provisioner's policy gives it, learns it by this command with --profile");
	} else {
		check_note_tell(check, "KMS key",
			status != STATUS_OK ? refusal.text : "not told: no version is listed");
	}
}

/* Whether there is a key to unlock with. */
static bool
fetch_tell(struct check *check)
{
	struct reason reason = {0};
	owned_fetched_key key = {0};
	char text[128];

	log_step("fetching %s", check->call->params.ssm_parameter);
	enum status status = key_fetch(&check->call->params, NULL, 0, check->call->deadline, &key,
		&reason);

	command_reword(check->call, &reason);
	snprintf(text, sizeof(text), "version %u in %.60s", key.version, key.region);
	check_line_tell(check, "fetch", status, &reason, text);
	if (status != STATUS_OK) {
		row_tell(check, "jail of luks-ssm-aws", "skipped", SKIPPED);
		row_tell(check, "KMS key", "skipped", SKIPPED);
		return false;
	}
	if (key.warning[0] != '\0')
		check_note_tell(check, "warning", key.warning);
	jail_tell(check, key.jail_gaps);
	key_kind_tell(check);
	return true;
}

/* The same command is for the nodes of a cluster, whose volumes are opened by that alone. */
static void
cluster_tell(struct check *check)
{
	struct reason reason = {0};

	if (cluster_claim_check(&check->call->wanted, &reason) == STATUS_OK)
		check_line_tell(check, "Pacemaker", STATUS_OK, NULL,
			"leaves the volume to this node");
	else
		check_note_tell(check, "Pacemaker", reason.text);
}

static void
conflicts_tell(struct check *check)
{
	const struct command_call *call = check->call;
	struct reason reason = {0}, hider = {0};
	bool is_article = call->options[OPTION_luks_mount] != NULL;
	enum status status = conflicts_find(&call->wanted, &reason);

	check_line_tell(check, "fstab, crypttab, mount units", status, &reason,
		"none of them names the volume");
	status = unit_find_hider("", is_article ? NULL : call->wanted.instance, &hider);
	check_line_tell(check, is_article ? "luks-mount.service" : "luks-ssm@.service", status,
		&hider, "no other unit file hides it");
}

enum status
cmd_check(struct command_call *call, struct reason *reason)
{
	struct check check = {.call = call};
	const struct reason *problem = &call->params.problem;
	bool has_key = false;

	check.rows = answer_list(answer_root(&call->answer), "checks");
	check_line_tell(&check, "parameters", problem->status, problem, "complete and right");
	clock_tell(&check);
	credentials_tell(&check);
	if (problem->status == STATUS_OK) {
		has_key = fetch_tell(&check);
		log_step("looking at this node");
		volume_check_parts(&call->wanted, has_key, call->deadline, part_tell, &check);
		conflicts_tell(&check);
		cluster_tell(&check);
	}
	return check.first == STATUS_OK ? STATUS_OK : reason_pass(&check.reason, reason);
}
