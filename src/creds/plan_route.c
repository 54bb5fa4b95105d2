/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The orders in which the SDKs look for regions, endpoints and proxies. */
#include "creds/plan_route.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "creds/ca_bundle.h"
#include "creds/trusted_file.h"

#define CA_LIMIT_BYTES (4u << 20)
#define METADATA_IPV6 "http://[fd00:ec2::254]"

static const char *
profile_text(const struct plan *plan, const char *name)
{
	return settings_profile_text(&plan->settings, plan->settings.profile, name);
}

static const char *
first_of(const char *a, const char *b)
{
	return a != NULL ? a : b;
}

static bool
switch_is_on(const struct plan *plan, const char *variable, const char *name)
{
	const char *text = first_of(settings_variable(&plan->settings, variable),
		profile_text(plan, name));

	return text != NULL && strcasecmp(text, "true") == 0;
}

/*
 * The «services» section of the config file that the profile names: «SERVICE =» and below it
 * «endpoint_url = …».
 */
static const char *
section_endpoint(const struct plan *plan, const char *service)
{
	const char *services = profile_text(plan, "services");
	char name[200];

	if (services == NULL)
		return NULL;
	snprintf(name, sizeof(name), "services %s", services);

	const struct variables *section = ini_section_find(&plan->settings.config, name);

	snprintf(name, sizeof(name), "%s.endpoint_url", service);
	return section != NULL ? variables_get(section, name) : NULL;
}

static const char *
endpoint_find(const struct plan *plan, const char *service, const char *variable)
{
	const struct settings *settings = &plan->settings;
	const char *url = NULL;

	if (switch_is_on(plan, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
		    "ignore_configured_endpoint_urls"))
		return NULL;
	url = first_of(settings_variable(settings, variable),
		settings_variable(settings, "AWS_ENDPOINT_URL"));
	return first_of(first_of(url, section_endpoint(plan, service)),
		profile_text(plan, "endpoint_url"));
}

/* STATUS_BAD_PROFILE: another mode than the two. */
static enum status
metadata_find(struct plan *plan, struct reason *reason)
{
	const char *url = first_of(settings_variable(&plan->settings,
					   "AWS_EC2_METADATA_SERVICE_ENDPOINT"),
		profile_text(plan, "ec2_metadata_service_endpoint"));
	const char *mode = first_of(settings_variable(&plan->settings,
					    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"),
		profile_text(plan, "ec2_metadata_service_endpoint_mode"));

	if (mode != NULL && strcasecmp(mode, "ipv6") != 0 && strcasecmp(mode, "ipv4") != 0)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: must be IPv4 or IPv6; correct it");
	if (url == NULL && mode != NULL && strcasecmp(mode, "ipv6") == 0)
		url = METADATA_IPV6;
	plan->endpoint_metadata = url;
	return STATUS_OK;
}

/*
 * As Python and curl look for them: the name in lower case first. Of the environment file alone: a
 * proxy has a login perhaps, and the process environment is no place for secrets.
 */
static const char *
proxy_variable(const struct plan *plan, const char *lower, const char *upper)
{
	const struct settings *settings = &plan->settings;

	return first_of(settings_variable_from(settings, true, lower),
		settings_variable_from(settings, true, upper));
}

static enum status
ca_bundle_read(struct plan *plan, struct reason *reason)
{
	const char *path = first_of(plan->settings.params->ca_bundle,
		first_of(settings_variable(&plan->settings, "AWS_CA_BUNDLE"),
			profile_text(plan, "ca_bundle")));
	struct reason why = {0};

	if (path == NULL)
		return STATUS_OK;

	enum status status = trusted_bytes_read(path, "ca_bundle", TRUSTED_READABLE, CA_LIMIT_BYTES,
		&plan->ca_bundle, &why);

	if (status == STATUS_BAD_PROFILE)
		/* The same sentence under the code of the row that it belongs to. */
		return reason_set(reason, STATUS_UNTRUSTED, "%s",
			why.text + strlen(status_code(status)) + 2);
	if (status != STATUS_OK)
		return status;
	return ca_bundle_check(&plan->ca_bundle, path, reason);
}

enum status
plan_route_choose(struct plan *plan, struct reason *reason)
{
	const struct settings *settings = &plan->settings;

	plan->region = settings->params->region;
	plan->region_default = first_of(settings_variable(settings, "AWS_REGION"),
		first_of(settings_variable(settings, "AWS_DEFAULT_REGION"),
			profile_text(plan, "region")));
	plan->endpoint_ssm = first_of(settings->params->endpoint_url,
		endpoint_find(plan, "ssm", "AWS_ENDPOINT_URL_SSM"));
	plan->endpoint_sts = endpoint_find(plan, "sts", "AWS_ENDPOINT_URL_STS");
	plan->proxy = first_of(settings->params->https_proxy,
		proxy_variable(plan, "https_proxy", "HTTPS_PROXY"));
	plan->no_proxy = first_of(settings->params->no_proxy,
		proxy_variable(plan, "no_proxy", "NO_PROXY"));
	plan->fips = switch_is_on(plan, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
	plan->dual_stack = switch_is_on(plan, "AWS_USE_DUALSTACK_ENDPOINT",
		"use_dualstack_endpoint");

	enum status status = metadata_find(plan, reason);

	return status == STATUS_OK ? ca_bundle_read(plan, reason) : status;
}
