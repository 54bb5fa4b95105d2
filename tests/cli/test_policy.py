# SPDX-License-Identifier: GPL-2.0-or-later
"""policy: what is printed grants what is needed, and each action is needed. The emulator judges."""
from __future__ import annotations

import copy
import json

from emulator import ADMIN_KEY, ADMIN_SECRET
from emulator.errors import AwsError

from .kit import CommandTest

ACCOUNT = "123456789012"
KEY = "11111111-1111-4111-8111-111111111111"
ROLE = "luks-node"
KEY_ID, SECRET = "AKIAPOLICYTEST000000", "a secret of the policy's test"


class PolicyTest(CommandTest):

    def policies(self, *words, name="/luks/volume1", key=KEY) -> dict:
        done = self.run_command("policy", "--json", f"--ssm-parameter={name}", "--region=eu-central-1",
                                f"--account={ACCOUNT}", *([f"--kms-key-id={key}"] if key else []), *words)
        self.assertEqual(done.rc, 0, done)
        return {name: json.loads(text) if name.endswith("policy") else text
                for name, text in done.answer.items()}

    def grant(self, *documents) -> dict:
        self.aws.load({"users": [{"name": "tested", "policies": list(documents), "key_id": KEY_ID,
                                  "secret": SECRET}]})
        return {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}

    def read(self, *documents, name="/luks/volume1"):
        """Whether a format with the existing value gets as far as the key."""
        path = self.image()
        return self.run_command("format", str(path), *self.way, f"--ssm-parameter={name}", "--no-filesystem",
                                "--use-existing", "--key-is-random", env=self.grant(*documents))

    def without_each_action(self, document):
        for place, statement in enumerate(document["Statement"]):
            for action in statement["Action"]:
                less = copy.deepcopy(document)
                less["Statement"][place]["Action"].remove(action)
                yield action, less

    def test_the_readers_policy_is_enough_and_each_action_needed(self):
        self.aws.put("/luks/volume1", "a passphrase of some length")
        reader = self.policies()["reader_policy"]
        self.assertEqual(self.read(reader).rc, 0)
        actions = []
        for action, less in self.without_each_action(reader):
            self.refused("access-denied", f"grant {action} ", done=self.read(less))
            actions.append(action)
        self.assertEqual(actions, ["ssm:GetParameter", "kms:Decrypt"])

    def test_what_a_policy_names_is_the_parameter_of_one_region_in_its_partition(self):
        arn = f"arn:aws:ssm:eu-central-1:{ACCOUNT}:parameter/luks/volume1"
        for name in (arn, f"{arn}:3", f"{arn}:current", "/luks/volume1:3"):
            self.assertEqual(self.policies(name=name)["reader_policy"]["Statement"][0]["Resource"], arn)
        for region, partition in (("eusc-de-east-1", "aws-eusc"), ("us-isob-east-1", "aws-iso-b"), ("cn-north-1", "aws-cn"),
                                  ("us-gov-west-1", "aws-us-gov"), ("us-west-2", "aws")):
            done = self.run_command("policy", "--json", "--ssm-parameter=/luks/a", f"--region={region}", f"--account={ACCOUNT}")
            self.assertIn(f"arn:{partition}:ssm:{region}:{ACCOUNT}:parameter/luks/a", done.answer["reader_policy"])
        for name in ("/luks/a", arn):
            done = self.run_command("policy", f"--ssm-parameter={name}", "--region=eu-central-1,eu-west-1",
                                    f"--account={ACCOUNT}")
            self.refused("bad-parameter", "one region", done=done)

    def test_a_policy_without_the_right_on_an_existing_parameters_key_says_so(self):
        self.aws.put("/luks/volume1", "a passphrase of some length")
        for words, noted in (((), True), ((f"--kms-key-id={KEY}",), False)):
            done = self.run_command("format", str(self.image()), *self.way, "--ssm-parameter=/luks/volume1", "--no-filesystem",
                                    "--use-existing", "--key-is-random", "--json", "--overwrite=" + str(self.image()), *words)
            self.assertEqual(done.rc, 0, done)
            self.assertEqual("kms:Decrypt" in done.answer.get("note", ""), noted)
            self.assertEqual("kms:Decrypt" in done.answer["reader_policy"], not noted)

    def test_who_may_not_ask_about_a_full_name_is_not_told_that_it_does_not_exist(self):
        self.aws.put("/list/own", "a passphrase of some length")
        listing = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": [
            "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "kms:Decrypt"]}]}
        done = self.run_command("keys", "/list/own", *self.way, env=self.grant(listing))
        self.refused("access-denied", "nothing lies below /list/own", "ssm:GetParameterHistory", done=done)
        done = self.run_command("keys", "/list", *self.way, "--json", env=self.grant(listing))
        self.assertEqual([row["name"] for row in done.answer["parameters"]], ["/list/own"])
        self.assertIn("labels are not told", done.answer["note"])

    def test_the_reader_reads_no_other_parameter(self):
        self.aws.put("/luks/volume1", "a passphrase of some length")
        self.aws.put("/luks/volume2", "another passphrase")
        self.refused("access-denied", done=self.read(self.policies()["reader_policy"], name="/luks/volume2"))

    def test_an_alias_becomes_a_condition_and_never_a_resource(self):
        self.aws.put("/luks/volume1", "a passphrase of some length")
        reader = self.policies(key="alias/luks")["reader_policy"]
        self.assertNotIn("alias/luks", [row["Resource"] for row in reader["Statement"]])
        self.assertIn("kms:ResourceAliases", json.dumps(reader))
        article = copy.deepcopy(reader)
        article["Statement"][1] = {"Effect": "Allow", "Action": "kms:Decrypt",
                                   "Resource": f"arn:aws:kms:eu-central-1:{ACCOUNT}:alias/luks"}
        self.refused("access-denied", done=self.read(article))

    def provision(self, document, name):
        path = self.image(name.rsplit("/", 1)[1])
        words = ["format", str(path), *self.way, f"--ssm-parameter={name}", "--no-filesystem",
                 f"--kms-key-id={KEY}"]
        first = self.run_command(*words, env=self.grant(document))
        return first if first.rc else self.run_command(*words, env=self.grant(document))

    def test_the_provisioners_policy_is_enough_and_each_action_needed(self):
        names = iter(f"/luks/made{number}" for number in range(9))
        name = next(names)
        self.assertEqual(self.provision(self.policies(name=name)["provisioner_policy"], name).rc, 0)
        actions = [action for action, _ in
                   self.without_each_action(self.policies(name=name)["provisioner_policy"])]
        for place, action in enumerate(actions):
            name = next(names)
            _, less = list(self.without_each_action(self.policies(name=name)["provisioner_policy"]))[place]
            done = self.provision(less, name)
            self.refused("access-denied", done=done)
            self.assertIn(action, done.err)

    def read_as_role(self, *documents, role=ROLE, name="/luks/volume1"):
        """The same by a session of a role, whose only rights are these documents and the key's policy."""
        self.aws.world.add_role(role, list(documents))
        session = self.aws.world.open_session(self.aws.world.role(role), "node1", 3600)
        return self.run_command("format", str(self.image()), *self.way, f"--ssm-parameter={name}", "--no-filesystem",
                                "--use-existing", "--key-is-random",
                                env={"AWS_ACCESS_KEY_ID": session.key_id, "AWS_SECRET_ACCESS_KEY": session.secret,
                                     "AWS_SESSION_TOKEN": session.token})

    def store(self, name, key):
        """By an administrator with rights to everything that key policies leave to the account."""
        admin = self.aws.world.users["admin"]
        caller = self.aws._root("eu-central-1")  # pylint: disable=protected-access
        caller.principal, caller.context = admin, self.aws.world.context(admin, "eu-central-1", self.aws.clock.now())
        self.aws.ssm.handle("PutParameter", {"Name": name, "Value": "a passphrase of some length", "KeyId": key,
                                             "Type": "SecureString", "Overwrite": True}, caller)

    def test_the_keys_policy_lets_the_nodes_read_that_parameter_and_each_statement_is_needed(self):
        answer = self.policies()
        reader, of_key = answer["reader_policy"], answer["key_policy"]
        ssm_alone = {"Version": reader["Version"], "Statement": reader["Statement"][:1]}
        key = self.aws.kms.add_key(policy=of_key)
        self.store("/luks/volume1", key.key_id)
        self.store("/luks/volume2", key.key_id)
        everything = {"Statement": [{"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}]}
        # The key's policy grants by itself: the role has no right to KMS.
        self.assertEqual(self.read_as_role(ssm_alone).rc, 0)
        # Another parameter under the same key, and another role, are not meant.
        self.refused("access-denied", "grant kms:Decrypt ", done=self.read_as_role(everything, name="/luks/volume2"))
        self.refused("access-denied", "grant kms:Decrypt ", done=self.read_as_role(ssm_alone, role="another"))
        for place, statement in enumerate(of_key["Statement"]):
            key.policy = {**of_key, "Statement": [row for row in of_key["Statement"] if row is not statement]}
            node, admin = self.read_as_role(ssm_alone), None
            try:
                self.store("/luks/volume1", key.key_id)
            except AwsError as error:
                admin = error
            if place == 0:  # The account's: the node reads, nobody administers.
                self.assertEqual(node.rc, 0, node)
                self.assertIn("kms:Encrypt", str(admin))
            else:           # The nodes': the account goes on.
                self.refused("access-denied", "grant kms:Decrypt ", done=node)
                self.assertIsNone(admin)
        self.assertEqual([row["Sid"] for row in of_key["Statement"]],
                         ["TheAccountAdministersTheKey", "TheNodesDecryptThatParameterOnly"])

    def test_the_keys_policy_names_the_role_that_is_given(self):
        answer = self.policies("--node-role=database")
        ssm_alone = {"Statement": answer["reader_policy"]["Statement"][:1]}
        key = self.aws.kms.add_key(policy=answer["key_policy"])
        self.store("/luks/volume1", key.key_id)
        self.assertEqual(self.read_as_role(ssm_alone, role="database").rc, 0)
        self.refused("access-denied", "grant kms:Decrypt ", done=self.read_as_role(ssm_alone))

    def test_a_private_network_without_an_endpoint_is_refused(self):
        for network in ("10.0.0.0/8", "172.16.3.0/24", "192.168.1.1", "100.64.0.0/10", "fd00::/8", "169.254.0.0/16",
                        "169.254.9.9", "fe80::/10", "febf::1", "127.0.0.1", "::1", "198.51.100.0/24,10.1.0.0/16"):
            done = self.policy_for(network)
            self.refused("bad-parameter", "private", done=done)
        for network in ("169.253.0.0/16", "172.32.0.0/16", "fec0::1", "2001:db8::/32", "0.0.0.0/0"):
            self.assertEqual(self.policy_for(network).rc, 0, network)

    def policy_for(self, network):
        return self.run_command("policy", "--ssm-parameter=/luks/x", "--region=eu-central-1",
                                f"--account={ACCOUNT}", f"--source-ip={network}")

    def test_what_is_no_address_range_is_refused(self):
        for network in ("198.51.100.0/33", "198.51.100.0/99", "198.51.100.0/", "198.51.100.0/-1", "198.51.100.0/24/8",
                        "198.51.100.0/24x", "198.51.100.0/0000024", "2001:db8::/129", "198.51.100", "nat.example.com",
                        "198.51.100.7,,203.0.113.7", "198.51.100.7, 203.0.113.7", "1" * 200):
            self.refused("bad-parameter", "is no address range", done=self.policy_for(network))
        for network in ("198.51.100.0/32", "198.51.100.0/0", "2001:db8::/128", "198.51.100.7,2001:db8::7"):
            self.assertEqual(self.policy_for(network).rc, 0, network)

    def from_network(self, **where):
        """Where requests seem to come from; as before after the test."""
        world = self.aws.world
        for name, value in where.items():
            self.addCleanup(setattr, world, name, getattr(world, name))
            setattr(world, name, value)

    def test_through_the_endpoint_and_from_its_addresses_alone_the_parameter_is_read(self):
        self.aws.put("/luks/volume1", "a passphrase of some length")
        ways = (({"source_vpce": "vpce-1", "vpc_source_ip": "10.1.2.3"}, True, True),
                ({"source_vpce": "vpce-1", "vpc_source_ip": "192.168.1.1"}, True, False),
                ({"source_vpce": "vpce-2", "vpc_source_ip": "10.1.2.3"}, False, False),
                ({"source_vpce": None, "source_ip": "203.0.113.10"}, False, False),
                ({"source_vpce": None, "source_ip": "10.1.2.3"}, False, False))
        by_endpoint = self.policies("--vpc-endpoint=vpce-1")["reader_policy"]
        by_both = self.policies("--vpc-endpoint=vpce-1", "--source-ip=10.0.0.0/8")["reader_policy"]
        for where, *expected in ways:
            self.from_network(**where)
            for document, allowed in zip((by_endpoint, by_both), expected):
                with self.subTest(where=where, document=document):
                    done = self.read(document)
                    if allowed:
                        self.assertEqual(done.rc, 0, done)
                    else:
                        self.refused("access-denied", "grant ssm:GetParameter ", done=done)

    def test_networks_stand_on_the_statement_of_ssm_alone(self):
        reader = self.policies("--source-ip=198.51.100.0/24,203.0.113.7")["reader_policy"]
        first, second = reader["Statement"]
        self.assertEqual(first["Condition"], {"IpAddress": {"aws:SourceIp": ["198.51.100.0/24", "203.0.113.7"]}})
        self.assertNotIn("SourceIp", json.dumps(second))
        reader = self.policies("--source-ip=10.0.0.0/8", "--vpc-endpoint=vpce-1")["reader_policy"]
        self.assertEqual(reader["Statement"][0]["Condition"],
                         {"StringEquals": {"aws:SourceVpce": ["vpce-1"]},
                          "IpAddress": {"aws:VpcSourceIp": ["10.0.0.0/8"]}})

    def test_the_accounts_own_key_is_warned_about(self):
        answer = self.policies(key=None)
        self.assertIn("every principal", answer["note"])
        self.assertEqual(len(answer["reader_policy"]["Statement"]), 1)

    def test_the_policy_that_format_prints_reads_that_volumes_key_and_each_statement_is_needed(self):
        self.aws.put("/luks/of-another", "a passphrase of some length")
        done = self.run_command("format", str(self.image("made")), *self.way, "--ssm-parameter=/luks/of-format",
                                "--no-filesystem", f"--kms-key-id={KEY}", "--json")
        printed = json.loads(done.answer["reader_policy"])
        self.assertEqual(self.read(printed, name="/luks/of-format").rc, 0)
        self.refused("access-denied", "grant ssm:GetParameter ", done=self.read(printed, name="/luks/of-another"))
        for place, action in enumerate(("ssm:GetParameter", "kms:Decrypt")):
            less = {**printed, "Statement": [row for at, row in enumerate(printed["Statement"]) if at != place]}
            self.refused("access-denied", f"grant {action} ", done=self.read(less, name="/luks/of-format"))

    def test_the_provisioners_profile_is_no_part_of_what_the_nodes_get(self):
        shared = self.directory / ".aws"
        shared.mkdir(exist_ok=True)
        path = shared / "credentials"
        self.addCleanup(path.unlink)
        path.write_text(f"[keymaker]\naws_access_key_id = {ADMIN_KEY}\naws_secret_access_key = {ADMIN_SECRET}\n")
        path.chmod(0o600)
        nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}
        words = ["format", str(self.image()), *self.way, "--ssm-parameter=/luks/by-profile", "--no-filesystem", "--json",
                 "--directory=/srv/x", "--map-name=x"]
        self.refused("no-credentials", done=self.run_command(*words, env=nobody))
        done = self.run_command(*words, "--profile=keymaker", env=nobody)
        self.assertEqual(done.rc, 0, done)
        self.assertEqual(self.stored("/luks/by-profile")["Version"], 1)
        for name in ("for_pacemaker", "for_one_host", "for_systemd"):
            for word in ("keymaker", "profile=", ADMIN_KEY, ".aws"):
                self.assertNotIn(word, done.answer[name])
