/* SPDX-License-Identifier: GPL-2.0-or-later */
/* policy: the documents, and what is to be known of them. */
#include "cli/command.h"
#include "cli/documents.h"
#include "cli/policy.h"

static void
policy_tell(const struct policy *policy, struct json_object *root)
{
	document_json_tell(root, "reader_policy", policy_reader(policy));
	document_json_tell(root, "provisioner_policy", policy_provisioner(policy));
	if (policy->key_arn[0] != '\0')
		document_json_tell(root, "key_policy", policy_key(policy));
	else
		answer_text(root, "note",
			"the account's own key aws/ssm lets every principal of the account decrypt: revoking on the key means nothing; --kms-key-id names one of yours");
}

enum status
cmd_policy(struct command_call *call, struct reason *reason)
{
	const char *region = call->params.region;
	struct policy policy;
	enum status status = reason_pass(&call->params.problem, reason);

	if (status == STATUS_OK && !command_has(call, PARAM_ssm_parameter))
		status = reason_set(reason, STATUS_MISSING_PARAMETER,
			"ssm_parameter is not set: give --ssm-parameter, which the policies are to name");
	if (status == STATUS_OK)
		status = policy_make(call->params.ssm_parameter, region,
			call->options[OPTION_account], call->options[OPTION_kms_key_id], &policy,
			reason);
	if (status != STATUS_OK)
		return status;
	policy.source_ip = call->options[OPTION_source_ip];
	policy.vpc_endpoint = call->options[OPTION_vpc_endpoint];
	if (call->options[OPTION_node_role] != NULL)
		policy.node_role = call->options[OPTION_node_role];
	status = policy_check_networks(&policy, reason);
	if (status == STATUS_OK)
		policy_tell(&policy, answer_root(&call->answer));
	return status;
}
