/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns an error of AWS into a status and a reason. The outer code decides; for InvalidKeyId and
 * AccessDeniedException also the code of KMS that the message quotes. No other text of a reply
 * steers anything.
 */
#ifndef LUKS_SSM_AWS_AWS_ERROR_H
#define LUKS_SSM_AWS_AWS_ERROR_H

#include "aws/http.h"

#define AWS_CODE_BYTES 64

/* "ns#Name:URL" and its shorter forms become "Name"; "" when it is none. */
void aws_code_take(const char *text, char ret_code[static AWS_CODE_BYTES]);

/* Whether it is one that a wrong clock causes as well as a wrong secret: SSM's and STS's names. */
bool aws_code_is_of_signature(const char *code);

/* The NAME of "Error Code: NAME;" in a message, or "". */
void kms_code_take(const char *message, char ret_code[static AWS_CODE_BYTES]);

/*
 * The status of an AWS error. CODE is the outer one, MESSAGE may be NULL. HTTP_STATUS decides where
 * the code is unknown: 429 is THROTTLED, 500 and above SERVICE_TROUBLE, the rest BAD_REQUEST.
 * OBJECT is what was asked for.
 */
enum status aws_error_explain(const char *code, const char *message, const struct http_reply *reply,
	const char *object, struct reason *reason);

/* A reply that is not AWS's at all: a page, a redirect, a proxy's refusal. */
enum status
foreign_reply_explain(const struct http_reply *reply, const char *host, struct reason *reason);

#endif
