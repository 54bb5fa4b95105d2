# SPDX-License-Identifier: GPL-2.0-or-later
"""Instance metadata (version 2, as on EC2) and the credential endpoints of containers."""
from __future__ import annotations

import json
import secrets
import threading

from .clock import iso_date
from .wire import Reply, Request
from .world import ACCOUNT, REGION, AccessKey, World

TTL_HEADER = "x-aws-ec2-metadata-token-ttl-seconds"
TOKEN_HEADER = "x-aws-ec2-metadata-token"
PAGE = ('<?xml version="1.0" encoding="iso-8859-1"?>\n<html><head><title>{0} - {1}</title></head>'
        "<body><h1>{0} - {1}</h1></body></html>\n")


def page(status: int, text: str) -> Reply:
    return Reply(status, [("Server", "EC2ws")], PAGE.format(status, text).encode(), "text/html")


class Metadata:
    """One instance. Attributes are the script: a test sets them while the server runs."""

    CREDENTIALS = "/latest/meta-data/iam/security-credentials/"

    def __init__(self, world: World, role: str | None):
        self.world = world
        self.lock = threading.Lock()
        self.role = role                    # name of the instance's role; None: no profile, 404
        self.region = REGION
        self.instance_id = "i-0123456789abcdef0"
        self.require_token = True           # False: version 1 is answered too
        self.enabled = True                 # False: 403 to everything
        self.hop_limit_exceeded = False     # the reply to PUT is lost on the way
        self.lifetime_s = 21600.0           # of the role's keys
        self.shown_lifetime_s: float | None = None  # what Expiration claims, when it differs
        self.answer: dict | None = None     # sent instead of credentials, with status 200
        self._tokens: dict[str, float] = {}
        self._held: AccessKey | None = None

    def operation(self, request: Request) -> str:
        """Name for faults, log and counters: token, role, credentials, region, identity, …"""
        path = request.path
        if path == "/latest/api/token":
            return "token"
        if path.startswith(self.CREDENTIALS[:-1]):
            return "credentials" if path[len(self.CREDENTIALS):] else "role"
        names = {"/latest/meta-data/placement/region": "region",
                 "/latest/dynamic/instance-identity/document": "identity"}
        return names.get(path, "other")

    def forget(self) -> None:
        """Drop the role's keys and all tokens, as a restarted service would."""
        with self.lock:
            self._held = None
            self._tokens.clear()

    def handle(self, request: Request) -> Reply | None:
        """None: nothing is to be answered, the client must wait in vain."""
        if not self.enabled:
            return page(403, "Forbidden")
        if request.path == "/latest/api/token":
            return self._token(request)
        if request.method not in ("GET", "HEAD"):
            return page(405, "Method Not Allowed")
        refused = self._check_token(request)
        return refused or self._document(request)

    def _token(self, request: Request) -> Reply | None:
        if request.method != "PUT":
            return page(405, "Method Not Allowed")
        if request.first("x-forwarded-for") is not None:
            return page(403, "Forbidden")
        text = request.first(TTL_HEADER) or ""
        if not text.isdigit() or not 1 <= int(text) <= 21600:
            return page(400, "Bad Request")
        if self.hop_limit_exceeded:
            return None
        token = secrets.token_urlsafe(40) + "=="
        with self.lock:
            self._tokens[token] = self.world.clock.now() + int(text)
        headers = [("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", text), ("Server", "EC2ws")]
        return Reply(200, headers, token.encode(), "text/plain")

    def _check_token(self, request: Request) -> Reply | None:
        token = request.first(TOKEN_HEADER)
        if token is None:
            return page(401, "Unauthorized") if self.require_token else None
        with self.lock:
            ends = self._tokens.get(token)
        if ends is None or self.world.clock.now() >= ends:
            return page(401, "Unauthorized")
        return None

    def _document(self, request: Request) -> Reply:
        path = request.path
        if path.startswith(self.CREDENTIALS[:-1]):
            return self._iam(path[len(self.CREDENTIALS):])
        zone = self.region + "a"
        identity = {"accountId": ACCOUNT, "architecture": "x86_64", "availabilityZone": zone,
                    "imageId": "ami-0123456789abcdef0", "instanceId": self.instance_id,
                    "instanceType": "m5.large", "pendingTime": "2024-01-01T00:00:00Z",
                    "privateIp": "10.1.2.3", "region": self.region, "version": "2017-09-30"}
        documents = {
            "/latest/meta-data/placement/region": self.region,
            "/latest/meta-data/placement/availability-zone": zone,
            "/latest/meta-data/instance-id": self.instance_id,
            "/latest/meta-data/local-ipv4": "10.1.2.3",
            "/latest/meta-data/services/domain": "amazonaws.com",
            "/latest/meta-data/services/partition": "aws",
            "/latest/dynamic/instance-identity/document": json.dumps(identity, indent=2),
        }
        if path not in documents:
            return page(404, "Not Found")
        return Reply(200, [("Server", "EC2ws")], documents[path].encode(), "text/plain")

    def _iam(self, name: str) -> Reply:
        role = self.world.role(self.role) if self.role else None
        if role is None:
            return page(404, "Not Found")
        if not name:
            return Reply(200, [("Server", "EC2ws")], role.name.encode(), "text/plain")
        if name != role.name:
            return page(404, "Not Found")
        body = self.answer or self._credentials(role)
        return Reply(200, [("Server", "EC2ws")], json.dumps(body, indent=2).encode(), "text/plain")

    def _credentials(self, role) -> dict:
        now = self.world.clock.now()
        with self.lock:
            # A fresh pair well before the old one ends, as EC2 does.
            stale = self._held is None or self._held.principal.role_arn != role.arn or \
                (self.lifetime_s > 600 and self._held.expires - now < 300)
            if stale:
                self._held = self.world.open_session(role, self.instance_id, self.lifetime_s)
            held = self._held
        shown = held.expires if self.shown_lifetime_s is None else now + self.shown_lifetime_s
        return {"Code": "Success", "LastUpdated": iso_date(now), "Type": "AWS-HMAC",
                "AccessKeyId": held.key_id, "SecretAccessKey": held.secret, "Token": held.token,
                "Expiration": iso_date(shown)}


class ContainerCredentials:
    """ECS (/v2/credentials/ID, open) and EKS or full URI (/v1/credentials, Authorization)."""

    ECS, FULL = "/v2/credentials/", "/v1/credentials"

    def __init__(self, world: World, role: str | None):
        self.world = world
        self.role = role
        self.task_id = "11111111-2222-3333-4444-555555555555"
        self.authorization = "emulator-container-token"
        self.lifetime_s = 21600.0

    def serves(self, request: Request) -> bool:
        return request.path.startswith(self.ECS) or request.path == self.FULL

    def handle(self, request: Request) -> Reply:
        if request.method != "GET":
            return self._refuse(405, "MethodNotAllowed")
        if request.path == self.FULL and request.first("authorization") != self.authorization:
            return self._refuse(401, "InvalidAuthorization")
        if request.path not in (self.FULL, self.ECS + self.task_id):
            return self._refuse(404, "CredentialsNotFound")
        role = self.world.role(self.role) if self.role else None
        if role is None:
            return self._refuse(404, "CredentialsNotFound")
        key = self.world.open_session(role, "container", self.lifetime_s)
        body = {"RoleArn": role.arn, "AccessKeyId": key.key_id, "SecretAccessKey": key.secret,
                "Token": key.token, "Expiration": iso_date(key.expires)}
        return Reply(200, [], json.dumps(body).encode(), "application/json")

    @staticmethod
    def _refuse(status: int, code: str) -> Reply:
        body = {"code": code, "message": code, "HTTPErrorCode": status}
        return Reply(status, [], json.dumps(body).encode(), "application/json", code=code)
