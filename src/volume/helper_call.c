/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Root's side of the pipe: plan, request frame, child, reply frame. Believes the helper nothing but
 * what a frame can say: it has read from the network.
 */
#include "volume/helper_call.h"

#include <signal.h>
#include <string.h>

#include "base/pause.h"
#include "creds/plan.h"
#include "volume/helper_path.h"
#include "volume/spawn.h"

/* The helper ends by itself this long before we end it, so that its own reason arrives. */
#define MARGIN_MS 300
/* Less than this is no time for another plan and its answer. */
#define SHORTEST_TRY_MS 1000
#define PAUSE_FIRST_MS 200
#define PAUSE_MOST_MS 5000
/* Every field but the plan's. */
#define REQUEST_ROOM_BYTES 16384

static enum status
question_write(const struct params *params, const struct helper_question *question,
	struct deadline deadline, struct secret *frame)
{
	int64_t left_ms = deadline_left_ms(deadline);
	int64_t margin_ms = left_ms > 4 * MARGIN_MS ? MARGIN_MS : left_ms / 4;
	enum status status = wire_put_text(frame, WIRE_PARAMETER, 0, params->ssm_parameter);

	if (status == STATUS_OK && question->operation != OPERATION_GET)
		status = wire_put_number(frame, WIRE_OPERATION, 0, question->operation);
	if (status == STATUS_OK && question->version > 0)
		status = wire_put_number(frame, WIRE_VERSION, 0, question->version);
	if (status == STATUS_OK && question->value != NULL)
		status = wire_put_secret(frame, WIRE_VALUE, question->value);
	if (status == STATUS_OK)
		status = wire_put_text(frame, WIRE_DESCRIPTION, 0, question->description);
	if (status == STATUS_OK)
		status = wire_put_text(frame, WIRE_KMS_KEY, 0, question->kms_key);
	if (status == STATUS_OK)
		status = wire_put_text(frame, WIRE_ENCODING, 0, params->key_encoding);
	if (status == STATUS_OK)
		status = wire_put_number(frame, WIRE_PLAIN_STRING_OK, 0,
			!params->require_secure_string);
	if (status == STATUS_OK)
		status = wire_put_number(frame, WIRE_DEADLINE, 0,
			(uint64_t)(deadline.at_ms - margin_ms));
	return status;
}

static enum status
request_write(const struct params *params, const struct helper_question *question,
	struct deadline deadline, enum credential_source *ret_source, struct secret *ret_frame,
	struct reason *reason)
{
	owned_plan plan = {0};
	owned_secret frame = {0};
	enum status status = plan_make(params, deadline, &plan, reason);

	if (status != STATUS_OK)
		return status;
	*ret_source = plan.source;
	if (question->region != NULL)
		plan.region = question->region;
	status = wire_begin(WIRE_KIND_REQUEST, REQUEST_ROOM_BYTES + plan_room_bytes(&plan), &frame);
	/* It is fed to the helper, and the child that becomes the helper has no use for a copy. */
	secret_withhold(&frame);
	if (status == STATUS_OK)
		status = question_write(params, question, deadline, &frame);
	if (status == STATUS_OK)
		status = plan_write(&plan, &frame);
	if (status == STATUS_BAD_VALUE)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"%.100s: a name, key or token there is too long; correct it", plan.origin);
	if (status != STATUS_OK)
		return reason_set(reason, status, "no memory for the request; free some");
	wire_end(&frame);
	*ret_frame = secret_steal(&frame);
	return STATUS_OK;
}

static enum status
helper_judge(const struct spawn_result *result, struct reason *reason)
{
	if (result->timed_out)
		return reason_set(reason, STATUS_TIMED_OUT,
			"luks-ssm-aws: no answer before the deadline; check the network, raise the timeout");
	if (result->exit_code == 127)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"%s cannot be run; reinstall luks-ssm", helper_path());
	if (result->signal != 0)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: ended by signal %d (%s); see the log for who sent it",
			result->signal, strsignal(result->signal));
	if (result->exit_code != 0)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: exit code %d; see the log, reinstall luks-ssm",
			result->exit_code);
	if (result->output_cut)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: its reply is too long; reinstall luks-ssm");
	return STATUS_OK;
}

/*
 * A refusal carries a status of ours and its sentence, both of which are data from the other side.
 */
static enum status
refusal_take(const struct wire_frame *frame, struct reason *reason)
{
	uint64_t number = wire_number(frame, WIRE_STATUS, 0, STATUS_COUNT);
	const char *text = wire_text(frame, WIRE_REASON, 0);

	if (number == STATUS_OK || number >= STATUS_COUNT || text == NULL)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: a refusal that says nothing; reinstall luks-ssm");

	enum status status = (enum status)number;
	const char *code = status_code(status);
	size_t code_bytes = strlen(code);

	/* The code is put before the sentence again here, so that it cannot be another one. */
	if (strncmp(text, code, code_bytes) == 0 && strncmp(text + code_bytes, ": ", 2) == 0)
		text += code_bytes + 2;
	return reason_set(reason, status, "%s", text);
}

/*
 * Runs the helper; its stdout is read straight into REPLY, which has room for one byte more than a
 * frame may have.
 */
static enum status
helper_run(const struct secret *request, struct deadline deadline, struct secret *reply,
	struct reason *reason)
{
	char binding[] = "LD_BIND_NOW=1";
	char *const environment[] = {binding, NULL};
	struct spawn_job job = {
		.path = helper_path(),
		.environment = environment,
		.input = request->bytes,
		.input_bytes = request->length_bytes,
		.output = reply->bytes,
		.output_room_bytes = reply->room_bytes,
		.death_signal = SIGKILL,
	};
	struct spawn_result result;
	struct reason why = {0};
	enum status status = spawn_run(&job, deadline, &result, &why);

	if (status == STATUS_MISSING_SOFTWARE)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"%s cannot be run; reinstall luks-ssm", helper_path());
	if (status != STATUS_OK)
		return reason_set(reason, status,
			"no process for luks-ssm-aws; free memory or processes");
	status = helper_judge(&result, reason);
	if (status == STATUS_OK)
		reply->length_bytes = result.output_bytes;
	return status;
}

/* With a plan made for it, so that what has changed on disk since the last try counts. */
static enum status
helper_ask(const struct params *params, const struct helper_question *question,
	struct deadline deadline, enum credential_source *ret_source, struct secret *ret_reply,
	struct wire_frame *ret_frame, struct reason *reason)
{
	owned_secret request = {0}, reply = {0};
	enum status status = request_write(params, question, deadline, ret_source, &request,
		reason);

	if (status == STATUS_OK)
		status = secret_make(&reply, WIRE_REPLY_BYTES + 1);
	if (status == STATUS_OK)
		status = helper_run(&request, deadline, &reply, reason);
	if (status != STATUS_OK)
		return reason_set(reason, status, "no memory for the reply; free some");
	if (wire_parse(&reply, WIRE_KIND_REPLY, ret_frame) != STATUS_OK)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: its reply is not of this version; reinstall luks-ssm");
	if (wire_number(ret_frame, WIRE_STATUS, 0, STATUS_COUNT) != STATUS_OK)
		return refusal_take(ret_frame, reason);
	*ret_reply = secret_steal(&reply);
	return STATUS_OK;
}

/* Returns false, at once, when there is no time for another try. */
static bool
slow_wait(unsigned int try, struct deadline deadline)
{
	int64_t room_ms = deadline_left_ms(deadline) - SHORTEST_TRY_MS;
	int64_t pause_ms = pause_random_ms(try, PAUSE_FIRST_MS, PAUSE_MOST_MS);

	return room_ms > 0 && deadline_pause_ms(deadline, pause_ms < room_ms ? pause_ms : room_ms);
}

/*
 * What luks-ssm-aws cannot try again, because only root can: it reads a token's file anew, which
 * somebody may renew, and runs a program again that hung. Keys that a program gave and that have
 * expired are asked for once more, as all credentials are. Nothing was stored before either.
 */
enum status
helper_call(const struct params *params, const struct helper_question *question,
	struct deadline deadline, struct secret *ret_reply, struct wire_frame *ret_frame,
	struct reason *reason)
{
	bool refreshed = false;

	for (unsigned int try = 0;; try++) {
		enum credential_source source = 0;
		enum status status = helper_ask(params, question, deadline, &source, ret_reply,
			ret_frame, reason);

		if (status == STATUS_EXPIRED_CREDENTIALS && source == SOURCE_PROCESS &&
			!refreshed && deadline_left_ms(deadline) > SHORTEST_TRY_MS)
			refreshed = true;
		else if (status != STATUS_SLOW_CREDENTIALS || !slow_wait(try, deadline))
			return status;
		if (reason != NULL)
			reason_clear(reason);
	}
}
