# SPDX-License-Identifier: GPL-2.0-or-later
"""Parameter Store answers as AWS does."""
from .parameters import arn_of
from .testkit import EmulatorTest
from .world import ACCOUNT, REGION


class ParameterStore(EmulatorTest):
    def put(self, name, value="v", **more):
        return self.ssm("PutParameter", Name=name, Value=value, **{"Type": "String", **more})

    def value(self, name, **more):
        return self.ssm("GetParameter", Name=name, **more).json["Parameter"]

    def test_versions_count_up_and_the_newest_is_the_default(self):
        for number in (1, 2, 3):
            answer = self.put("/v/a", f"value{number}", Overwrite=True)
            self.assertEqual(answer.json, {"Version": number, "Tier": "Standard"})
        self.assertEqual(self.value("/v/a")["Value"], "value3")
        old = self.value("/v/a:2")
        self.assertEqual((old["Value"], old["Version"], old["Selector"]), ("value2", 2, ":2"))

    def test_without_overwrite_an_existing_name_is_refused(self):
        self.put("/v/once")
        self.assertEqual(self.put("/v/once").code, "ParameterAlreadyExists")

    def test_a_missing_name_is_not_found_without_any_text(self):
        answer = self.ssm("GetParameter", Name="/v/missing")
        self.assertEqual((answer.status, answer.json), (400, {"__type": "ParameterNotFound"}))
        self.assertEqual(answer.headers["x-amzn-errortype"], "ParameterNotFound")

    def test_a_missing_version_is_told_from_a_missing_name(self):
        self.put("/v/b")
        for selector in ("9", "nolabel"):
            answer = self.ssm("GetParameter", Name="/v/b:" + selector)
            self.assertEqual(answer.code, "ParameterVersionNotFound")

    def test_a_label_moves_and_selects(self):
        self.put("/v/c", "one")
        self.put("/v/c", "two", Overwrite=True)
        for number in (1, 2):
            self.ssm("LabelParameterVersion", Name="/v/c", ParameterVersion=number,
                     Labels=["current"])
            self.assertEqual(self.value("/v/c:current")["Version"], number)

    def test_bad_labels_come_back(self):
        self.put("/v/d")
        answer = self.ssm("LabelParameterVersion", Name="/v/d", Labels=["1a", "awsx", "good"])
        self.assertEqual(answer.json, {"InvalidLabels": ["1a", "awsx"], "ParameterVersion": 1})

    def test_an_arn_selects_with_and_without_a_selector(self):
        self.put("/v/e", "one")
        self.put("/v/e", "two", Overwrite=True)
        arn = arn_of("/v/e", ACCOUNT, REGION)
        self.assertEqual(self.value(arn)["Value"], "two")
        self.assertEqual(self.value(arn + ":1")["Value"], "one")
        self.assertEqual(self.value(arn)["ARN"], arn)

    def test_a_name_without_a_slash_works_by_name_and_by_arn(self):
        self.put("plain", "x")
        self.assertEqual(self.value("plain")["Value"], "x")
        self.assertEqual(self.value(arn_of("plain", ACCOUNT, REGION))["Name"], "plain")

    def test_a_region_has_its_own_parameters(self):
        self.put("/v/region")
        answer = self.call("ssm", "GetParameter", {"Name": "/v/region"}, region="us-east-1")
        self.assertEqual(answer.code, "ParameterNotFound")

    def test_setting_up_works_in_any_region(self):
        self.aws.put("/luks/far", "far", region="ap-northeast-1")
        body = {"Name": "/luks/far", "WithDecryption": True}
        answer = self.call("ssm", "GetParameter", body, region="ap-northeast-1")
        self.assertEqual(answer.json["Parameter"]["Value"], "far")

    def test_get_parameters_lists_missing_names_and_succeeds(self):
        self.put("/v/f", "x")
        answer = self.ssm("GetParameters", Names=["/v/f", "/v/none", "/v/f:7"])
        self.assertEqual(answer.status, 200)
        self.assertEqual([row["Value"] for row in answer.json["Parameters"]], ["x"])
        self.assertEqual(answer.json["InvalidParameters"], ["/v/none", "/v/f:7"])

    def test_get_parameters_refuses_eleven_names(self):
        self.assertEqual(self.ssm("GetParameters", Names=["/n"] * 11).code, "ValidationException")

    def test_by_path_shows_children_only(self):
        for name in ("/p/a", "/p/b", "/p/deep/c", "/pq"):
            self.put(name)
        names = lambda **how: [row["Name"] for row in
                               self.ssm("GetParametersByPath", **how).json["Parameters"]]
        self.assertEqual(names(Path="/p"), ["/p/a", "/p/b"])
        self.assertEqual(names(Path="/p/", Recursive=True), ["/p/a", "/p/b", "/p/deep/c"])

    def test_by_path_with_a_full_name_is_empty(self):
        self.put("/p/leaf")
        answer = self.ssm("GetParametersByPath", Path="/p/leaf", WithDecryption=True)
        self.assertEqual((answer.status, answer.json), (200, {"Parameters": []}))

    def test_by_path_pages_by_ten(self):
        for number in range(23):
            self.put(f"/many/{number:02}")
        seen, token, pages = [], None, 0
        while True:
            more = {"NextToken": token} if token else {}
            page = self.ssm("GetParametersByPath", Path="/many", **more).json
            seen += [row["Name"] for row in page["Parameters"]]
            pages, token = pages + 1, page.get("NextToken")
            if not token:
                break
        self.assertEqual((pages, len(set(seen))), (3, 23))

    def test_a_secure_string_without_decryption_stays_sealed(self):
        self.aws.put("/v/sealed", "open sesame")
        self.assertNotIn("sesame", self.value("/v/sealed")["Value"])
        self.assertEqual(self.value("/v/sealed", WithDecryption=True)["Value"], "open sesame")

    def test_standard_ends_at_4096_bytes_and_advanced_at_8192(self):
        self.assertEqual(self.put("/l/a", "x" * 4096).status, 200)
        self.assertEqual(self.put("/l/b", "x" * 4097).code, "ValidationException")
        kind = {"Type": "SecureString", "Tier": "Advanced"}
        self.assertEqual(self.put("/l/c", "x" * 8192, **kind).json["Tier"], "Advanced")
        self.assertEqual(self.put("/l/d", "x" * 8193, **kind).code, "ValidationException")
        self.assertEqual(self.value("/l/c", WithDecryption=True)["Value"], "x" * 8192)
        tier = self.put("/l/e", "x" * 5000, Tier="Intelligent-Tiering").json["Tier"]
        self.assertEqual(tier, "Advanced")

    def test_a_hundred_versions_are_kept_and_a_label_holds_the_oldest(self):
        for number in range(101):
            self.put("/h/a", str(number), Overwrite=True)
        self.assertEqual(self.ssm("GetParameter", Name="/h/a:1").code, "ParameterVersionNotFound")
        self.assertEqual(self.value("/h/a:2")["Value"], "1")
        self.ssm("LabelParameterVersion", Name="/h/a", ParameterVersion=2, Labels=["keep"])
        answer = self.put("/h/a", "more", Overwrite=True)
        self.assertEqual(answer.code, "ParameterMaxVersionLimitExceeded")
        self.assertEqual(self.value("/h/a")["Version"], 101)

    def test_history_shows_versions_with_labels(self):
        self.put("/h/b", "one", Description="why")
        self.put("/h/b", "two", Overwrite=True)
        self.ssm("LabelParameterVersion", Name="/h/b", ParameterVersion=1, Labels=["old"])
        rows = self.ssm("GetParameterHistory", Name="/h/b").json["Parameters"]
        self.assertEqual([(r["Version"], r["Value"], r["Labels"]) for r in rows],
                         [(1, "one", ["old"]), (2, "two", [])])
        self.assertEqual(rows[0]["Description"], "why")

    def test_describe_finds_by_name_and_shows_no_value(self):
        self.aws.put("/d/a", "secret")
        rule = {"Key": "Name", "Option": "Equals", "Values": ["/d/a"]}
        rows = self.ssm("DescribeParameters", ParameterFilters=[rule]).json["Parameters"]
        self.assertEqual([(r["Name"], r["KeyId"]) for r in rows], [("/d/a", "alias/luks")])
        self.assertNotIn("Value", rows[0])

    def test_delete_removes(self):
        self.put("/d/b")
        self.assertEqual(self.ssm("DeleteParameter", Name="/d/b").status, 200)
        self.assertEqual(self.ssm("DeleteParameter", Name="/d/b").code, "ParameterNotFound")

    def test_a_secrets_manager_reference_needs_decryption(self):
        self.aws.put_secret("db/key", "x" * 20000)
        name = "/aws/reference/secretsmanager/db/key"
        self.assertEqual(self.ssm("GetParameter", Name=name).code, "ValidationException")
        row = self.value(name, WithDecryption=True)
        self.assertEqual((row["Value"], row["Type"]), ("x" * 20000, "SecureString"))
        answer = self.ssm("GetParameter", Name=name + "x", WithDecryption=True)
        self.assertEqual(answer.code, "ParameterNotFound")

    def test_a_shared_parameter_needs_its_full_arn(self):
        self.put("/s/shared", "common")
        key = self.aws.world.add_user("stranger", account="999999999999", policies=[
            {"Statement": {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}}])
        who = {"key": key.key_id, "secret": key.secret}
        arn = arn_of("/s/shared", ACCOUNT, REGION)
        self.assertEqual(self.read(who, arn).code, "AccessDeniedException")
        self.aws.share("/s/shared", "999999999999")
        self.assertEqual(self.read(who, arn).json["Parameter"]["Name"], arn)
        self.assertEqual(self.read(who, "/s/shared").code, "ParameterNotFound")

    def test_bad_names_and_nested_references_are_refused(self):
        for name in ("a/b", "/a//b", "/a b", "/a/"):
            self.assertEqual(self.put(name).code, "ValidationException", name)
        self.assertEqual(self.put("/aws/x").code, "AccessDeniedException")
        self.assertEqual(self.put("/b/n", "{{ssm:x}}").code, "ValidationException")

    def test_not_json_and_unknown_operations_are_refused(self):
        self.assertEqual(self.call("ssm", "GetParameter", b"{").code, "SerializationException")
        self.assertEqual(self.call("ssm", "GetParameter", b"[]").code, "SerializationException")
        for body in ({"Name": 1}, {"Name": "/a", "WithDecryption": "true"}):
            self.assertEqual(self.ssm("GetParameter", **body).code, "SerializationException")
        self.assertEqual(self.ssm("GetParametr").code, "UnknownOperationException")

    def test_errors_come_in_every_spelling(self):
        for shape, wanted in (("namespace", "com.amazonaws.ssm#ParameterNotFound"),
                              ("url", "ParameterNotFound:http://internal.amazon.com/coral/"
                                      "com.amazonaws.ssm/")):
            self.aws.error_style.shape = shape
            answer = self.ssm("GetParameter", Name="/none")
            self.assertEqual(answer.code, wanted)
            self.assertEqual(answer.headers["x-amzn-errortype"], wanted)
        self.aws.error_style.message_key = "Message"
        self.assertIn("Message", self.ssm("GetParameter", Name="/no ne").json)
