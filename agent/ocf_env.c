/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The environment of an OCF action, read once into a struct ocf_call. The only getenv of OCF_*,
 * HA_debug and PCMK_debug. Never fails: a monitor or stop must go on whatever the configuration
 * says.
 */
#include "ocf_env.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Pacemaker's default for an operation without a timeout, in milliseconds. */
#define DEFAULT_TIMEOUT_MS 20000

#define PARAM_PREFIX "OCF_RESKEY_"

/* A number of digits alone, INT_MAX for a larger one; FALLBACK when unset or anything else. */
static int64_t
env_number(const char *name, int64_t fallback)
{
	const char *text = getenv(name);
	char *rest = NULL;

	if (text == NULL || *text < '0' || *text > '9')
		return fallback;

	long long number = strtoll(text, &rest, 10);

	if (*rest != '\0')
		return fallback;
	return number < INT_MAX ? number : INT_MAX;
}

/*
 * The words that Pacemaker takes for true. PCMK_debug may also be a list of daemons, which is not
 * ours.
 */
static bool
env_is_true(const char *name)
{
	static const char *const words[] = {"1", "true", "yes", "on", "y"};
	const char *text = getenv(name);

	for (size_t i = 0; text != NULL && i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i]) == 0)
			return true;
	}
	return false;
}

static const char *
env_text(const char *name)
{
	const char *text = getenv(name);

	return text != NULL && *text != '\0' ? text : NULL;
}

/* The instance names a directory under /run and a file under /var/lib. */
static const char *
instance_read(void)
{
	const char *instance = env_text("OCF_RESOURCE_INSTANCE");

	if (instance == NULL || strchr(instance, '/') != NULL ||
		strlen(instance) > NAME_MAX - strlen(".fdata"))
		return NULL;
	return strcmp(instance, ".") == 0 || strcmp(instance, "..") == 0 ? NULL : instance;
}

static enum ocf_interval
interval_read(void)
{
	int64_t interval_ms = env_number(PARAM_PREFIX "CRM_meta_interval", -1);

	if (interval_ms < 0)
		return OCF_INTERVAL_UNSET;
	return interval_ms == 0 ? OCF_INTERVAL_ZERO : OCF_INTERVAL_SET;
}

/* OCF 1.1: an agent that does not know a level takes the next lower one. */
static unsigned int
depth_read(void)
{
	int64_t level = env_number("OCF_CHECK_LEVEL", 0);

	if (level >= 20)
		return 20;
	return level >= 10 ? 10 : 0;
}

static void
deadlines_read(struct ocf_call *call)
{
	int64_t timeout_ms = env_number(PARAM_PREFIX "CRM_meta_timeout", 0);

	if (timeout_ms == 0)
		timeout_ms = DEFAULT_TIMEOUT_MS;

	int64_t reserve_ms = timeout_ms / 10 > 2000 ? timeout_ms / 10 : 2000;
	/* The executor's clock started before ours and stops when it has reaped us. */
	int64_t margin_ms = timeout_ms / 20 < 500 ? timeout_ms / 20 : 500;

	if (reserve_ms > timeout_ms / 2)
		reserve_ms = timeout_ms / 2;
	call->timeout_ms = timeout_ms;
	call->deadline = deadline_in_ms(timeout_ms - reserve_ms);
	call->end = deadline_in_ms(timeout_ms - margin_ms);
}

void
ocf_call_age(struct ocf_call *call, int64_t age_ms)
{
	int64_t most_ms = call->timeout_ms / 2;
	int64_t gone_ms = age_ms < most_ms ? age_ms : most_ms;

	call->deadline.at_ms -= gone_ms;
	call->end.at_ms -= gone_ms;
}

static bool
role_is_stopped(void)
{
	const char *role = getenv(PARAM_PREFIX "CRM_meta_role");

	return role != NULL && strcasecmp(role, "Stopped") == 0;
}

void
ocf_call_read(int argc, char **argv, struct ocf_call *ret_call)
{
	const char *prefix = env_text("OCF_EXIT_REASON_PREFIX");
	struct ocf_call call = {
		/* One argument counts, and others are ignored: OCF 1.1, «Calling conventions». */
		.action = argc > 1 ? argv[1] : "",
		.instance = instance_read(),
		.interval = interval_read(),
		.is_standby = role_is_stopped(),
		.is_clone = env_number(PARAM_PREFIX "CRM_meta_clone_max", 0) > 0 ||
			env_text(PARAM_PREFIX "CRM_meta_clone") != NULL,
		.depth = depth_read(),
		.reason_prefix = prefix != NULL ? prefix : "ocf-exit-reason:",
		.is_traced = env_is_true("OCF_TRACE_RA") || env_is_true(PARAM_PREFIX "trace_ra"),
		.trace_file = env_text("OCF_TRACE_FILE"),
		.log_facility = env_text("HA_LOGFACILITY"),
	};

	if (call.trace_file == NULL)
		call.trace_file = env_text(PARAM_PREFIX "trace_file");
	call.is_debug = call.is_traced || env_is_true("HA_debug") || env_is_true("PCMK_debug");
	call.is_silent = call.log_facility != NULL && strcasecmp(call.log_facility, "none") == 0;
	/*
	 * A probe never looks deeper; validate-all has an interval of 0 as every action but monitor
	 * has.
	 */
	if (call.interval == OCF_INTERVAL_ZERO && strcmp(call.action, "validate-all") != 0)
		call.depth = 0;
	deadlines_read(&call);
	*ret_call = call;
}

const char *
ocf_param_lookup(void *context, const char *name)
{
	char variable[64];

	(void)context;
	snprintf(variable, sizeof(variable), PARAM_PREFIX "%s", name);
	return getenv(variable);
}

/*
 * Set by Pacemaker, or by pcs and crm_resource for tracing: never a mistake of the administrator's.
 */
static bool
name_is_known(const char *name)
{
	static const char *const tools[] = {"trace_ra", "trace_file", "crm_feature_set"};

	if (strncmp(name, "CRM_meta_", strlen("CRM_meta_")) == 0 || param_row_find(name) != NULL)
		return true;
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		if (strcmp(name, tools[i]) == 0)
			return true;
	}
	return false;
}

bool
ocf_unknown_param(char *ret_name, size_t room_bytes)
{
	char name[64];

	for (char **variable = environ; variable != NULL && *variable != NULL; variable++) {
		if (strncmp(*variable, PARAM_PREFIX, strlen(PARAM_PREFIX)) != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s",
			(int)strcspn(*variable + strlen(PARAM_PREFIX), "="),
			*variable + strlen(PARAM_PREFIX));
		if (name_is_known(name))
			continue;
		snprintf(ret_name, room_bytes, "%s", name);
		return true;
	}
	return false;
}
