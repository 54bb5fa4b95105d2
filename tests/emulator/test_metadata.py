# SPDX-License-Identifier: GPL-2.0-or-later
"""Instance metadata asks for its token; container endpoints ask for theirs."""
import json

from .clock import iso_date
from .metadata import TOKEN_HEADER, TTL_HEADER, Metadata
from .testkit import EmulatorTest

ROLE = Metadata.CREDENTIALS


class Instance(EmulatorTest):
    def setUp(self):
        super().setUp()
        self.aws.metadata.__init__(self.aws.world, "luks-node")

    def token(self, ttl="21600", **headers):
        return self.fetch("PUT", "/latest/api/token", {TTL_HEADER: ttl, **headers})

    def get(self, path, token=None):
        token = token or self.token().text
        return self.fetch("GET", path, {TOKEN_HEADER: token})

    def keys(self):
        row = self.get(ROLE + "luks-node").json
        return {"key": row["AccessKeyId"], "secret": row["SecretAccessKey"], "token": row["Token"]}

    def test_the_role_is_named_and_its_keys_work(self):
        self.assertEqual(self.get(ROLE).text, "luks-node")
        self.aws.put("/luks/imds", "key")
        self.assertEqual(self.read(self.keys(), "/luks/imds").status, 200)

    def test_the_same_keys_come_twice(self):
        self.assertEqual(self.keys(), self.keys())

    def test_version_one_is_refused_unless_allowed(self):
        self.assertEqual(self.fetch("GET", ROLE).status, 401)
        self.aws.metadata.require_token = False
        self.assertEqual(self.fetch("GET", ROLE).text, "luks-node")

    def test_a_wrong_token_is_refused_even_where_version_one_works(self):
        self.aws.metadata.require_token = False
        self.assertEqual(self.get(ROLE, "wrong").status, 401)

    def test_a_token_needs_a_lifetime_within_bounds(self):
        for ttl in ("0", "21601", "x", ""):
            self.assertEqual(self.token(ttl).status, 400, ttl)
        self.assertEqual(self.token("1").headers[TTL_HEADER], "1")

    def test_a_token_ends(self):
        token = self.token("60").text
        self.aws.clock.offset_s = 61
        self.assertEqual(self.get(ROLE, token).status, 401)

    def test_a_forwarded_request_gets_no_token(self):
        self.assertEqual(self.token(**{"X-Forwarded-For": "10.0.0.1"}).status, 403)

    def test_get_of_the_token_path_is_refused(self):
        self.assertEqual(self.fetch("GET", "/latest/api/token").status, 405)

    def test_no_role_is_not_found(self):
        self.aws.metadata.role = None
        self.assertEqual(self.get(ROLE).status, 404)
        self.assertEqual(self.get(ROLE + "luks-node").status, 404)

    def test_another_roles_name_is_not_found(self):
        self.assertEqual(self.get(ROLE + "luks-reader").status, 404)

    def test_region_and_identity_agree(self):
        self.aws.metadata.region = "eu-west-1"
        self.assertEqual(self.get("/latest/meta-data/placement/region").text, "eu-west-1")
        document = self.get("/latest/dynamic/instance-identity/document").json
        self.assertEqual(document["region"], "eu-west-1")

    def test_beyond_the_hop_limit_nothing_comes_back(self):
        self.aws.metadata.hop_limit_exceeded = True
        with self.assertRaises(TimeoutError):
            self.fetch("PUT", "/latest/api/token", {TTL_HEADER: "60"}, timeout=0.3)

    def test_switched_off_means_403(self):
        self.aws.metadata.enabled = False
        self.assertEqual(self.token().status, 403)

    def test_keys_may_claim_to_be_expired_and_still_work(self):
        self.aws.metadata.shown_lifetime_s = -60
        now = iso_date(self.aws.clock.now())
        self.assertLess(self.get(ROLE + "luks-node").json["Expiration"], now)
        self.aws.put("/luks/imds", "key")
        self.assertEqual(self.read(self.keys(), "/luks/imds").status, 200)

    def test_keys_may_really_be_expired(self):
        self.aws.metadata.lifetime_s = -1
        answer = self.read(self.keys(), "/luks/imds")
        self.assertEqual(answer.code, "ExpiredTokenException")

    def test_ended_keys_are_replaced_by_fresh_ones(self):
        old = self.keys()
        self.aws.put("/luks/imds", "key")
        self.assertGreater(self.aws.world.expire(), 0)
        self.assertEqual(self.read(old, "/luks/imds").code, "ExpiredTokenException")
        self.assertEqual(self.read(self.keys(), "/luks/imds").status, 200)

    def test_a_code_in_place_of_keys(self):
        self.aws.metadata.answer = {"Code": "AssumeRoleUnauthorizedAccess", "Message": "no"}
        answer = self.get(ROLE + "luks-node")
        self.assertEqual((answer.status, answer.json["Code"]),
                         (200, "AssumeRoleUnauthorizedAccess"))


class Container(EmulatorTest):
    def test_the_relative_uri_gives_keys_that_work(self):
        path = "/v2/credentials/" + self.aws.container.task_id
        row = json.loads(self.fetch("GET", path).body)
        self.aws.put("/luks/ecs", "key")
        who = {"key": row["AccessKeyId"], "secret": row["SecretAccessKey"], "token": row["Token"]}
        self.assertEqual(self.read(who, "/luks/ecs").status, 200)

    def test_the_full_uri_asks_for_its_token(self):
        right = {"Authorization": self.aws.container.authorization}
        self.assertEqual(self.fetch("GET", "/v1/credentials", right).status, 200)
        for headers in ({}, {"Authorization": "wrong"}):
            self.assertEqual(self.fetch("GET", "/v1/credentials", headers).status, 401)

    def test_another_task_is_not_found(self):
        self.assertEqual(self.fetch("GET", "/v2/credentials/none").status, 404)
