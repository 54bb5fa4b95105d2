# SPDX-License-Identifier: GPL-2.0-or-later
"""The IAM policies of README.md and cluster-examples/ grant what is needed and no more."""

import json

import readme_text
from account import ALIAS_ARN, NAME, OTHER, ROLE, Account, account_of, changed, without
from lab import each

POLICY = readme_text.policy("iam-role-policy.json")
SOURCE_IP = readme_text.policy("iam-role-policy-source-ip.json")
ENDPOINT = readme_text.policy("iam-role-policy-vpc-endpoint.json")
FORMS = ("iam-role-policy.json", "iam-role-policy-source-ip.json",
         "iam-role-policy-vpc-endpoint.json")
# Where a request that the form allows comes from.
ALLOWED_FROM = {FORMS[0]: {"source_ip": "203.0.113.10"}, FORMS[1]: {"source_ip": "198.51.100.7"},
                FORMS[2]: {"source_vpce": "vpce-0123456789abcdef0"}}
READ_ANY = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "*"}]}


def served(account: Account, name: str = NAME) -> None:
    status, reason = account.read(name)
    assert status == "ok", reason


def denied(account: Account, action: str, name: str = NAME) -> None:
    """Refused, and the reason names the action that is missing."""
    status, reason = account.read(name)
    assert status == "access-denied" and action in reason, (status, reason)


def test_the_policy_in_the_readme_is_the_file(host):
    assert json.loads(readme_text.block("The IAM policy", "json")) == POLICY


@each(*FORMS)
def test_it_grants_the_read(host, form):
    account = account_of(host)
    account.from_network(**ALLOWED_FROM[form])
    account.grant(readme_text.policy(form))
    served(account)


@each(*FORMS)
def test_another_parameter_under_the_same_key_is_refused(host, form):
    account = account_of(host)
    account.from_network(**ALLOWED_FROM[form])
    account.grant(readme_text.policy(form))
    denied(account, "ssm:GetParameter", OTHER)


@each(*FORMS)
def test_its_two_statements_differ_from_the_plain_form_by_a_condition_alone(host, form):
    plain, other = POLICY["Statement"], readme_text.policy(form)["Statement"]
    assert other[1] == plain[1]
    assert all(other[0][key] == plain[0][key] for key in ("Effect", "Action", "Resource"))
    assert form == FORMS[0] or set(other[0]) - set(plain[0]) == {"Condition"}


@each(*FORMS)
def test_without_the_first_statement_ssm_refuses(host, form):
    account = account_of(host)
    account.from_network(**ALLOWED_FROM[form])
    account.grant(without(readme_text.policy(form), 0))
    denied(account, "ssm:GetParameter")


@each(*FORMS)
def test_without_the_second_statement_kms_refuses(host, form):
    account = account_of(host)
    account.from_network(**ALLOWED_FROM[form])
    account.grant(without(readme_text.policy(form), 1))
    denied(account, "kms:Decrypt")


def test_the_context_condition_keeps_other_parameters_of_the_key_shut(host):
    account = account_of(host)
    account.grant(POLICY, READ_ANY)
    served(account)
    denied(account, "kms:Decrypt", OTHER)
    account.grant(changed(POLICY, 1, Condition=None), READ_ANY)
    served(account)
    served(account, OTHER)


def test_the_key_resource_keeps_other_keys_shut(host):
    account = account_of(host)
    account.aws.put(NAME, "a value for this test",
                    key=account.aws.control("kms_key", alias="alias/second").split("/")[-1])
    account.grant(POLICY)
    denied(account, "kms:Decrypt")
    account.grant(changed(POLICY, 1, Resource="*"))
    served(account)


def test_a_key_alias_as_resource_grants_nothing(host):
    account = account_of(host)
    account.grant(changed(POLICY, 1, Resource=ALIAS_ARN))
    denied(account, "kms:Decrypt")


def test_with_a_granting_key_policy_the_statement_with_the_alias_is_not_needed(host):
    account = account_of(host)
    role = f"arn:aws:iam::123456789012:role/{ROLE}"
    key = account.aws.control("kms_key", alias="alias/granted", policy={"Statement": [
        {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "kms:Decrypt", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
         "Action": "kms:*", "Resource": "*"}]}).split("/")[-1]
    account.aws.put(NAME, "a value for this test", key=key)
    account.grant(changed(POLICY, 1, Resource=ALIAS_ARN))
    served(account)
    account.grant(without(POLICY, 1))
    served(account)


@each("203.0.113.10", "198.51.101.1")
def test_the_source_address_form_refuses_from_elsewhere(host, address):
    account = account_of(host)
    account.grant(SOURCE_IP)
    account.from_network(source_ip=address)
    denied(account, "ssm:GetParameter")
    account.grant(changed(SOURCE_IP, 0, Condition=None))
    served(account)


def test_the_source_address_form_refuses_through_an_endpoint(host):
    account = account_of(host)
    account.grant(SOURCE_IP)
    account.from_network(source_ip="198.51.100.7", source_vpce="vpce-0123456789abcdef0")
    denied(account, "ssm:GetParameter")


def test_a_source_address_on_the_kms_statement_refuses_from_everywhere(host):
    condition = {**POLICY["Statement"][1]["Condition"], **SOURCE_IP["Statement"][0]["Condition"]}
    account = account_of(host)
    account.grant(changed(POLICY, 1, Condition=condition))
    account.from_network(source_ip="198.51.100.7")
    denied(account, "kms:Decrypt")


@each({"source_vpce": "vpce-0fedcba9876543210"}, {"source_ip": "198.51.100.7"})
def test_the_endpoint_form_refuses_another_way(host, way):
    account = account_of(host)
    account.grant(ENDPOINT)
    account.from_network(**way)
    denied(account, "ssm:GetParameter")
    account.grant(changed(ENDPOINT, 0, Condition=None))
    served(account)


def test_with_the_shared_key_the_kms_statement_means_nothing(host):
    account = account_of(host)
    account.aws.put(NAME, "a value for this test", key="alias/aws/ssm")
    account.grant(without(POLICY, 1))
    served(account)


def test_taking_the_policy_away_refuses_the_next_read(host):
    account = account_of(host)
    account.grant(POLICY)
    served(account)
    account.grant()
    denied(account, "ssm:GetParameter")


def test_to_store_a_value_put_parameter_and_encrypt_are_enough(host):
    account = account_of(host)
    assert "`ssm:PutParameter` and `kms:Encrypt`" in readme_text.text()
    rights = {"Statement": [{"Effect": "Allow", "Action": ["ssm:PutParameter", "kms:Encrypt"],
                             "Resource": "*"}]}
    user = account.aws.control("user", name="provisioner", policies=[rights])
    environment = {**account.aws.admin_environment(), "PATH": "/usr/bin:/bin",
                   "AWS_ACCESS_KEY_ID": user["key_id"], "AWS_SECRET_ACCESS_KEY": user["secret"]}
    store = (f"aws --endpoint-url {account.aws.endpoint} ssm put-parameter --name /prod/new "
             "--type SecureString --key-id alias/luks --value new")
    assert host.run(store, env=environment).rc == 0
    account.aws.control("policies", name="provisioner", policies=[
        {"Statement": [{**rights["Statement"][0], "Action": "ssm:PutParameter"}]}])
    assert host.run(store.replace("/prod/new", "/prod/newer"), env=environment).rc != 0
