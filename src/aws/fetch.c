/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steers; every step is somewhere else. */
#include "aws/fetch.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/caller.h"
#include "aws/listing.h"
#include "aws/metadata.h"
#include "aws/partition.h"
#include "aws/proxy.h"
#include "aws/put.h"
#include "aws/region_list.h"
#include "aws/retry.h"

/* AWS refuses a signature that is five minutes off; below four it is not the clock. */
#define SKEW_LEAST_S 240

struct fetch {
	const struct request *request;
	struct parameter_name name;
	struct region_list regions;
	const char *region;       /* the one that is asked, lent by the list */
	struct deadline deadline; /* its share */
	struct endpoint endpoint; /* its SSM */
	struct proxy proxy;
	struct metadata metadata;
	struct caller caller;
	struct http_client *service;
	struct reply_facts facts;
	int64_t clock_offset_s; /* added to the local clock when signing */
	bool clock_corrected;
	bool refreshed;
	char warning[REASON_BYTES];
};

static void
fetch_end(struct fetch *fetch)
{
	caller_end(&fetch->caller);
	metadata_end(&fetch->metadata);
	http_client_end(&fetch->service);
	proxy_end(&fetch->proxy);
}

/* The first warning stands. */
static void __attribute__((format(printf, 2, 3)))
warning_set(struct fetch *fetch, const char *format, ...)
{
	va_list arguments;

	if (fetch->warning[0] != '\0')
		return;
	va_start(arguments, format);
	vsnprintf(fetch->warning, sizeof(fetch->warning), format, arguments);
	va_end(arguments);
}

/* Turns to a region: its endpoint, and DEADLINE as its share of the time. */
static enum status
region_enter(struct fetch *fetch, size_t place, struct deadline deadline, struct reason *reason)
{
	const struct request *request = fetch->request;
	const struct endpoint_choice choice = {request->endpoint_ssm, request->fips,
		request->dual_stack};

	fetch->region = fetch->regions.names[place];
	fetch->deadline = deadline;
	return endpoint_choose("ssm", fetch->region, &choice, &fetch->endpoint, reason);
}

/* A mistake in any of the regions shows before the first one is asked. */
static enum status
regions_check(struct fetch *fetch, struct reason *reason)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < fetch->regions.count; i++)
		status = region_enter(fetch, i, fetch->request->deadline, reason);
	return status;
}

/* The client of calls to AWS's services, which alone go through the proxy. */
static enum status
service_open(struct fetch *fetch, struct reason *reason)
{
	const struct request *request = fetch->request;
	enum status status = proxy_parse(request->proxy, request->no_proxy, &fetch->proxy, reason);

	if (status == STATUS_OK)
		status = http_client_make(request->ca_bundle.bytes, request->ca_bundle.length_bytes,
			&fetch->service);
	if (status == STATUS_OK)
		http_client_proxy_use(fetch->service, &fetch->proxy);
	return status;
}

static enum status
fetch_begin(const struct request *request, struct fetch *fetch, struct reason *reason)
{
	enum status status = parameter_name_parse(request->parameter, &fetch->name, reason);

	fetch->request = request;
	fetch->caller = (struct caller){.request = request, .metadata = &fetch->metadata};
	if (status == STATUS_OK)
		status = metadata_open(request->endpoint_metadata, &fetch->metadata, reason);
	if (status == STATUS_OK)
		status = region_list_choose(request, &fetch->name, &fetch->metadata,
			&fetch->regions, reason);
	if (status == STATUS_OK)
		status = regions_check(fetch, reason);
	if (status == STATUS_OK)
		status = service_open(fetch, reason);
	return status;
}

static void
expiry_note(struct fetch *fetch, int64_t now_s)
{
	int64_t expires_s = fetch->caller.credentials.expires_s;

	/*
	 * During an outage AWS hands out old ones on purpose and takes them: the service is the
	 * judge.
	 */
	if (expires_s != 0 && expires_s < now_s)
		warning_set(fetch,
			"%.60s: the credentials say that they expired %" PRId64
			" s ago; they were used all the same",
			fetch->request->origin, now_s - expires_s);
	if (fetch->caller.credentials.expires_malformed)
		warning_set(fetch,
			"%.60s: the credentials' Expiration is no time; they were used all the same",
			fetch->request->origin);
}

/* One try from credentials to the decoded value. */
static enum status
fetch_try(struct fetch *fetch, struct ssm_answer *ret_answer, struct reason *reason)
{
	char name[PARAMETER_NAME_BYTES];
	int64_t now_s = (int64_t)time(NULL) + fetch->clock_offset_s;
	struct deadline share = retry_share(fetch->deadline);
	const struct caller_way way = {fetch->service, fetch->region, now_s, &fetch->facts};

	fetch->facts = REPLY_FACTS_NONE;

	enum status status = caller_obtain(&fetch->caller, &way, fetch->deadline, reason);

	if (status != STATUS_OK)
		return status;
	expiry_note(fetch, now_s);
	parameter_name_write(&fetch->name, fetch->request->version, name);

	struct ssm_question question = {
		.name = name,
		.region = fetch->region,
		.encoding = fetch->request->encoding,
		.plain_string_ok = fetch->request->plain_string_ok,
		.endpoint = &fetch->endpoint,
		.credentials = &fetch->caller.credentials,
		.now_s = now_s,
	};

	if (fetch->request->operation == OPERATION_GET)
		return ssm_get(fetch->service, &question, share, ret_answer, &fetch->facts, reason);
	if (fetch->request->operation == OPERATION_PUT)
		return ssm_put(fetch->service, fetch->request, &question, share, ret_answer,
			&fetch->facts, reason);
	return ssm_list(fetch->service, fetch->request->operation, &question, share, ret_answer,
		&fetch->facts, reason);
}

/*
 * Whether the refused signature is the clock's fault. If it can be corrected it is, and the caller
 * tries again.
 */
static bool
clock_correct(struct fetch *fetch, struct reason *reason, enum status *status)
{
	int64_t skew_s = fetch->facts.date_s - (int64_t)time(NULL) - fetch->clock_offset_s;

	if (fetch->facts.signature_refused && fetch->facts.date_is_malformed) {
		reason_clear(reason);
		*status = reason_set(reason, STATUS_BAD_CREDENTIALS,
			"%.80s: the signature was refused and the reply's Date is malformed; check the clock, then the secret access key",
			fetch->endpoint.host);
		return false;
	}
	if (!fetch->facts.signature_refused || fetch->facts.date_s < 0 ||
		llabs(skew_s) <= SKEW_LEAST_S)
		return false;
	if (fetch->clock_corrected || !fetch->facts.verified) {
		reason_clear(reason);
		*status = reason_set(reason, STATUS_CLOCK_SKEW,
			"%.80s: the clock here is %" PRId64 " s %s; set it (chronyc makestep)",
			fetch->endpoint.host, (int64_t)llabs(skew_s), skew_s > 0 ? "slow" : "fast");
		return false;
	}
	fetch->clock_corrected = true;
	fetch->clock_offset_s += skew_s;
	warning_set(fetch, "the clock here is %" PRId64 " s %s, by the Date of %.80s; set it",
		(int64_t)llabs(skew_s), skew_s > 0 ? "slow" : "fast", fetch->endpoint.host);
	return true;
}

static bool
caller_refresh(struct fetch *fetch, enum status status)
{
	if (status != STATUS_EXPIRED_CREDENTIALS || fetch->refreshed ||
		!caller_can_refresh(&fetch->caller))
		return false;
	fetch->refreshed = true;
	caller_forget(&fetch->caller);
	return true;
}

/* Says how often it was tried, and what the other side could not say, where there is room for it.
 */
static void
reason_count(struct reason *reason, unsigned int tries, const struct reply_facts *facts)
{
	char note[64];
	int length = snprintf(note, sizeof(note), " [%u tries%s]", tries,
		facts->retry_after_is_malformed ? ", malformed Retry-After" : "");

	if (tries > 1 && length > 0 && strlen(reason->text) + (size_t)length < sizeof(reason->text))
		strcat(reason->text, note);
}

/* One region, again and again while it may help and its share of the time lasts. */
static enum status
region_ask(struct fetch *fetch, struct ssm_answer *ret_answer, struct reason *reason)
{
	for (unsigned int try = 0;; try++) {
		reason_clear(reason);

		enum status status = fetch_try(fetch, ret_answer, reason);

		if (status == STATUS_OK)
			return STATUS_OK;
		if (clock_correct(fetch, reason, &status) || caller_refresh(fetch, status))
			continue;
		if (!retry_helps(status) ||
			!retry_wait(status, try, fetch->facts.pause_ms, fetch->deadline)) {
			reason_count(reason, try + 1, &fetch->facts);
			return status;
		}
	}
}

/* What is left of the time in equal parts for this region and those behind it. */
static struct deadline
region_share(const struct fetch *fetch, size_t place)
{
	int64_t left_ms = deadline_left_ms(fetch->request->deadline);

	return deadline_sooner(fetch->request->deadline,
		deadline_in_ms(left_ms / (int64_t)(fetch->regions.count - place)));
}

/* The regions in their order, until one answers; an answer that refuses is an answer. */
static enum status
regions_ask(struct fetch *fetch, struct ssm_answer *ret_answer, struct reason *reason)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < fetch->regions.count; i++) {
		reason_clear(reason);
		status = region_enter(fetch, i, region_share(fetch, i), reason);
		if (status == STATUS_OK)
			status = region_ask(fetch, ret_answer, reason);
		/* What was to be stored here must not end up elsewhere. */
		if (status == STATUS_OK || fetch->request->operation == OPERATION_PUT ||
			!retry_elsewhere(status, fetch->facts.http_status))
			break;
		warning_set(fetch, "region %.40s did not serve (%.100s); the next one was asked",
			fetch->region, reason->text);
	}
	return status;
}

enum status
fetch_run(const struct request *request, struct fetch_answer *ret_answer, struct reason *reason)
{
	owned_by(fetch_end) struct fetch fetch = {0};
	owned_fetch_answer answer = {0};
	enum status status = fetch_begin(request, &fetch, reason);

	if (status == STATUS_OK)
		status = regions_ask(&fetch, &answer.parameter, reason);
	if (status != STATUS_OK)
		return status;
	if (answer.parameter.decoded.has_more_lines)
		warning_set(&fetch, "%.80s: only the first line of the value is the passphrase",
			parameter_name_tail(fetch.name.base));
	answer.has_older = !fetch.name.is_pinned && !fetch.name.is_secret_reference &&
		(answer.parameter.version > 1 || request->version > 1);
	snprintf(answer.region, sizeof(answer.region), "%s", fetch.region);
	memcpy(answer.warning, fetch.warning, sizeof(answer.warning));
	*ret_answer = answer;
	answer.parameter = (struct ssm_answer){0};
	return STATUS_OK;
}

void
fetch_answer_end(struct fetch_answer *answer)
{
	ssm_answer_end(&answer->parameter);
}
