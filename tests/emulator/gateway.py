# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes a request to its service: who signs, may it, what comes back, and which faults act.

One gateway per emulator; its methods run in many threads at once.
"""
from __future__ import annotations

import json
import time
import traceback
import uuid
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from . import ec2, iam_service, sigv4
from .clock import http_date
from .errors import JSON_TYPE, AwsError, json_error, nested_kms_text, query_error
from .faults import STATUS_OF, TEXT_OF, Fault
from .sts import render
from .wire import Connection, Gone, Reply, Request
from .world import ROOT, Caller

# JSON types of what the services read; AWS's own parser is as strict.
TYPES = {"Name": str, "Names": list, "Path": str, "Value": str, "Type": str, "Tier": str,
         "KeyId": str, "Description": str, "DataType": str, "WithDecryption": bool,
         "Overwrite": bool, "Recursive": bool, "MaxResults": int, "NextToken": str, "Labels": list,
         "ParameterVersion": int, "ParameterFilters": list, "EncryptionContext": dict,
         "Plaintext": str, "CiphertextBlob": str, "KeySpec": str, "NumberOfBytes": int,
         "Policy": str, "AliasName": str, "TargetKeyId": str, "PendingWindowInDays": int}
TARGETS = {"AmazonSSM": "ssm", "TrentService": "kms"}
PORTAL = ("<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body>"
          "<form action='/login'>Please sign in to use this network.</form></body></html>\n")


@dataclass
class Route:
    """Where a request goes, and what the log may know of it."""

    service: str
    operation: str
    key_id: str | None = None
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    skew_s: float = 0.0
    faults: list = field(default_factory=list)
    names: list = field(default_factory=list)


class Gateway:
    def __init__(self, emulator):
        self.emulator = emulator
        self.world = emulator.world

    # -- finding the service ------------------------------------------------

    def route(self, request: Request) -> Route:
        path = request.path
        if self.emulator.container.serves(request):
            return Route("container", "full" if path.startswith("/v1") else "ecs")
        if path.startswith(("/latest/", "/1.0/")) or request.method in ("GET", "PUT"):
            return Route("imds", self.emulator.metadata.operation(request))
        text = request.first("authorization") or ""
        key_id = None
        if "Credential=" in text:
            key_id = text.split("Credential=", 1)[1].split("/", 1)[0]
        prefix, dot, operation = (request.first("x-amz-target") or "").partition(".")
        if dot and prefix in TARGETS:
            return Route(TARGETS[prefix], operation, key_id)
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        service = {ec2.VERSION: "ec2", iam_service.VERSION: "iam"}.get(form.get("Version"), "sts")
        return Route(service, form.get("Action", "none"), key_id)

    # -- one request -----------------------------------------------------------

    def serve(self, request: Request, connection: Connection) -> Reply:
        """The reply, or Gone when a fault ended the connection."""
        route = self.route(request)
        route.faults = self.emulator.faults.take(route.service, route.operation, route.key_id,
                                                  host=request.first("host") or "")
        started = time.monotonic()
        status: object = "no reply"
        code = None
        try:
            reply = self._faulty(request, route, connection)
            status, code = reply.status, reply.code
            return reply
        finally:
            self.emulator.log.add({
                "time": round(time.time(), 3), "service": route.service,
                "operation": route.operation, "key_id": route.key_id, "status": status,
                "code": code, "request_id": route.request_id, "names": route.names,
                "ms": round((time.monotonic() - started) * 1000, 2),
                "faults": [fault.name or fault.do for fault in route.faults]})

    def _faulty(self, request: Request, route: Route, connection: Connection) -> Reply:
        for fault in route.faults:
            if fault.moment == "date":
                route.skew_s += fault.seconds
        early = [f for f in route.faults if f.moment == "answer" and not f.after]
        late = [f for f in route.faults if f.moment == "answer" and f.after]
        reply = self._act(early, route, connection) or self._answer(request, route, connection)
        reply = self._act(late, route, connection) or reply
        return self._shape(reply, route)

    def _act(self, faults: list, route: Route, connection: Connection) -> Reply | None:
        """Carry out what comes instead of an answer; the first that ends it wins."""
        for fault in faults:
            if fault.do == "delay":
                time.sleep(fault.seconds)
            elif fault.do == "hang":
                connection.wait_for_client_end(fault.seconds)
            elif fault.do == "reset":
                connection.reset()
            elif fault.do == "close":
                return self._end(connection)
            elif fault.do in ("error", "expired_token"):
                return self._error(self.error_of(fault, route.service), route, fault)
            elif fault.do == "html":
                return Reply(fault.status or 200, [], (fault.body or PORTAL).encode(), "text/html")
            elif fault.do == "redirect":
                where = fault.location or "https://localhost/elsewhere"
                return Reply(fault.status or 302, [("Location", where)], b"", "text/html")
            elif fault.do == "body":
                return Reply(fault.status or 200, list(fault.headers.items()),
                             (fault.body or "").encode(), fault.content_type or JSON_TYPE)
        return None

    @staticmethod
    def _end(connection: Connection) -> Reply:
        connection.close()
        raise Gone("closed on purpose")

    def error_of(self, fault: Fault, service: str) -> AwsError:
        code = fault.code or "InternalServerError"
        if fault.do == "expired_token":
            code = "ExpiredToken" if service == "sts" else "ExpiredTokenException"
        usual = 403 if code == "ExpiredToken" else STATUS_OF.get(code, 400)
        message = fault.message if fault.message is not None else TEXT_OF.get(code)
        if fault.nested:
            inner_status = STATUS_OF.get(fault.nested, 400)
            inner = AwsError(fault.nested, message or "A KMS error.", inner_status)
            message = nested_kms_text(inner, str(uuid.uuid4()))
        error = AwsError(code, message, fault.status or usual)
        error.outer = fault.outer
        return error

    def _shape(self, reply: Reply, route: Route) -> Reply:
        reply.headers.append(("Date", http_date(self.world.clock.now(route.skew_s))))
        if route.service in ("ssm", "kms", "sts", "iam"):
            reply.headers.append(("x-amzn-RequestId", route.request_id))
        for fault in route.faults:
            if fault.do == "body_delay":
                reply.stall_s, reply.stall_at = fault.seconds, fault.bytes or None
                reply.when_stalled = lambda: self.emulator.log.count("stalled")
            elif fault.do == "drip":
                reply.drip_s = fault.seconds or 0.01
            elif fault.do == "truncate":
                reply.truncate = fault.bytes
            elif fault.do == "chunked":
                reply.chunked = True
            elif fault.do == "no_length":
                reply.no_length = True
            elif fault.do == "content_type":
                reply.content_type = fault.content_type
            elif fault.do == "oversize":
                # White space after the JSON keeps it valid: only its size is wrong.
                reply.body += b" " * max(0, (fault.bytes or 1 << 20) - len(reply.body))
        return reply

    # -- the true answer ---------------------------------------------------------

    def _answer(self, request: Request, route: Route, connection: Connection) -> Reply:
        try:
            if route.service == "imds":
                metadata = connection.metadata or self.emulator.metadata
                reply = metadata.handle(request)
                return reply or connection.wait_for_client_end(0)
            if route.service == "container":
                return self.emulator.container.handle(request)
            if route.service == "sts":
                return self._sts(request, route)
            if route.service == "ec2":
                return self._ec2(request, route)
            if route.service == "iam":
                return self._iam(request, route)
            return self._json(request, route)
        except AwsError as error:
            return self._error(error, route)
        except (Gone, OSError):
            raise
        except Exception:
            # A bug of the emulator must not look like a network fault to the client under test.
            self.emulator.log.count("internal_errors")
            traceback.print_exc()
            return self._error(AwsError("InternalFailure", "bug in the emulator", 500), route)

    def _error(self, error: AwsError, route: Route, fault: Fault | None = None) -> Reply:
        if route.service in ("sts", "iam"):
            return Reply(error.status, list(fault.headers.items()) if fault else [],
                         query_error(error, route.request_id), "text/xml", code=error.code)
        if route.service == "ec2":
            return Reply(error.status, [], ec2.error(error, route.request_id), "text/xml", code=error.code)
        if route.service in ("imds", "container"):
            body = json.dumps({"code": error.code, "message": error.message}).encode()
            return Reply(error.status, [], body, "application/json", code=error.code)
        style = self.emulator.error_style
        if fault and fault.shape:
            style = type(style)(fault.shape, style.message_key, style.header, style.body_type)
        headers, body = json_error(error, route.service, style)
        if fault:
            headers += list(fault.headers.items())
        return Reply(error.status, headers, body, JSON_TYPE, code=error.code)

    def _authenticate(self, request: Request, route: Route, codes: sigv4.Codes) -> Caller:
        authorization = sigv4.parse(request, codes)
        token = request.first("x-amz-security-token")
        key = self.world.find_key(authorization.key_id, token, codes)
        now = self.world.clock.now(route.skew_s)
        sigv4.verify(request, authorization, key.secret, route.service, codes, now)
        region = authorization.region
        return Caller(key.principal, key, region, self.world.context(key.principal, region, now))

    @staticmethod
    def _parse(data: bytes) -> dict:
        """The body, its members of the right types; SerializationException."""
        try:
            body = json.loads(data or b"{}")
        except ValueError:
            raise AwsError("SerializationException") from None
        if not isinstance(body, dict):
            raise AwsError("SerializationException", "Start of structure or map found where not "
                           "expected.")
        for name, value in list(body.items()):
            wanted = TYPES.get(name)
            if value is None:
                del body[name]
            elif wanted and (not isinstance(value, wanted) or
                             (wanted is int and isinstance(value, bool))):
                raise AwsError("SerializationException",
                               f"class {type(value).__name__} can not be converted for {name}")
        return body

    def _json(self, request: Request, route: Route) -> Reply:
        caller = self._authenticate(request, route, sigv4.JSON_CODES)
        if not (request.first("content-type") or "").startswith(JSON_TYPE):
            raise AwsError("UnknownOperationException")
        body = self._parse(request.body)
        route.names = [body["Name"]] if "Name" in body else []
        route.names += body.get("Names") or ([body["Path"]] if "Path" in body else [])
        service = self.emulator.ssm if route.service == "ssm" else self.emulator.kms
        result = service.handle(route.operation, body, caller)
        return Reply(200, [], json.dumps(result).encode(), JSON_TYPE)

    def _sts(self, request: Request, route: Route) -> Reply:
        form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        caller = None
        if route.operation not in self.emulator.sts.UNSIGNED:
            caller = self._authenticate(request, route, sigv4.QUERY_CODES)
        result = self.emulator.sts.handle(route.operation, form, caller)
        route.names = [form["RoleArn"]] if "RoleArn" in form else []
        body = render(route.operation, result, route.request_id)
        return Reply(200, [], body, "text/xml")

    def _ec2(self, request: Request, route: Route) -> Reply:
        form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        caller = self._authenticate(request, route, sigv4.QUERY_CODES)
        result = self.emulator.ec2.handle(route.operation, form, caller)
        return Reply(200, [], ec2.render(route.operation, result, route.request_id), "text/xml")

    def _iam(self, request: Request, route: Route) -> Reply:
        form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        caller = self._authenticate(request, route, sigv4.QUERY_CODES)
        result = self.emulator.iam.handle(route.operation, form, caller)
        body = render(route.operation, result, route.request_id, iam_service.NAMESPACE)
        return Reply(200, [], body, "text/xml")

    # -- KMS as seen from SSM -------------------------------------------------------

    def kms_fault(self, operation: str, caller: Caller) -> None:
        """Faults for service kms act on the calls that SSM makes as well."""
        if caller.key.key_id == ROOT:
            return
        for fault in self.emulator.faults.take("kms", operation, caller.key.key_id, inner=True):
            if fault.do == "delay":
                time.sleep(fault.seconds)
            elif fault.do == "error":
                raise self.error_of(fault, "kms")
