/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * luks-ssm-aws: one request frame on stdin, one reply frame on stdout, end. Started by root's side
 * alone, with an empty environment; gives up every right before it touches the network. Not for
 * people.
 */
#include "config.h"

#include <curl/curl.h>
#include <limits.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "aws/fetch.h"
#include "aws/jail.h"
#include "aws/secret_openssl.h"

/* What a reply without a key takes at most. */
#define REPLY_ROOM_BYTES 4096

static uint64_t
jail_gaps(const struct jail_state *jail)
{
	return (jail->memory_locked ? 0 : WIRE_GAP_LOCK) |
		(jail->files_limited ? 0 : WIRE_GAP_LANDLOCK) |
		(jail->calls_filtered ? 0 : WIRE_GAP_FILTER);
}

static enum status
answer_write(struct secret *frame, const struct fetch_answer *answer, const struct jail_state *jail)
{
	const struct decoded *decoded = &answer->parameter.decoded;
	enum status status = wire_put_number(frame, WIRE_STATUS, 0, STATUS_OK);

	if (status == STATUS_OK)
		status = wire_put_secret(frame, WIRE_KEY, &decoded->key);
	if (status == STATUS_OK)
		status = wire_put_number(frame, WIRE_KEY_VERSION, 0, answer->parameter.version);
	if (status == STATUS_OK)
		status = wire_put_text(frame, WIRE_KEY_REGION, 0, answer->region);
	if (status == STATUS_OK)
		status = wire_put_text(frame, WIRE_KEY_ARN, 0, answer->parameter.arn);
	if (status == STATUS_OK)
		status = wire_put_number(frame, WIRE_HAS_OLDER, 0, answer->has_older);
	if (status == STATUS_OK)
		status = wire_put_number(frame, WIRE_HAS_BACKSLASH, 0, decoded->has_backslash);
	if (status == STATUS_OK)
		status = wire_put_text(frame, WIRE_WARNING, 0, answer->warning);
	if (status == STATUS_OK)
		status = wire_put_secret(frame, WIRE_LISTING, &answer->parameter.listing);
	if (status == STATUS_OK && answer->parameter.listing_cut)
		status = wire_put_number(frame, WIRE_LISTING_CUT, 0, true);
	if (status == STATUS_OK)
		status = wire_put_number(frame, WIRE_JAIL_GAPS, 0, jail_gaps(jail));
	return status;
}

static enum status
refusal_write(struct secret *frame, enum status refusal, const struct reason *reason)
{
	enum status status = wire_put_number(frame, WIRE_STATUS, 0, (uint64_t)refusal);

	return status == STATUS_OK ? wire_put_text(frame, WIRE_REASON, 0, reason->text) : status;
}

static enum status
reply_send(enum status outcome, const struct fetch_answer *answer, const struct jail_state *jail,
	const struct reason *reason)
{
	owned_secret frame = {0};
	enum status status = wire_begin(WIRE_KIND_REPLY,
		REPLY_ROOM_BYTES + answer->parameter.decoded.key.length_bytes +
			answer->parameter.listing.length_bytes,
		&frame);

	if (status == STATUS_OK)
		status = outcome == STATUS_OK ? answer_write(&frame, answer, jail)
					      : refusal_write(&frame, outcome, reason);
	if (status != STATUS_OK)
		return status;
	wire_end(&frame);
	return wire_write_all(STDOUT_FILENO, &frame);
}

/* The libraries read their files and the certificates' directory before the jail closes. */
static enum status
libraries_begin(struct reason *reason)
{
	if (OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, NULL) != 1 ||
		curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: OpenSSL or libcurl cannot start");
	return STATUS_OK;
}

static enum status
serve(pid_t parent, const struct secret *frame, struct jail_state *ret_jail,
	struct fetch_answer *ret_answer, struct reason *reason)
{
	struct request request = {0};
	enum status status = request_read(frame, &request, reason);

	if (status == STATUS_OK)
		status = libraries_begin(reason);
	if (status == STATUS_OK)
		status = jail_enter(parent, ret_jail, reason);
	if (status == STATUS_OK)
		status = fetch_run(&request, ret_answer, reason);
	return status;
}

int
main(void)
{
	pid_t parent = getppid();
	owned_secret frame = {0};
	owned_fetch_answer answer = {0};
	struct jail_state jail = {0};
	struct reason reason = {0};

	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close_range(STDERR_FILENO + 1, UINT_MAX, 0);
	signal(SIGPIPE, SIG_IGN);
	if (isatty(STDIN_FILENO)) {
		fputs("luks-ssm-aws is started by luks-ssm and answers to it alone.\n", stderr);
		return 2;
	}
	secret_heap_open();

	enum status status = wire_read_all(STDIN_FILENO, WIRE_REQUEST_BYTES, &frame);

	if (status == STATUS_OK)
		status = serve(parent, &frame, &jail, &answer, &reason);
	else
		status = reason_set(&reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: the request cannot be read");

	bool sent = reply_send(status, &answer, &jail, &reason) == STATUS_OK;

	fetch_answer_end(&answer);
	secret_end(&frame);
	/* No exit handlers: what the libraries would do now needs no doing. */
	_exit(sent ? 0 : 1);
}
