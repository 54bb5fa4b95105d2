# SPDX-License-Identifier: GPL-2.0-or-later
"""STS over the query protocol: who am I, AssumeRole, AssumeRoleWithWebIdentity."""
from __future__ import annotations

import base64
import json
import re
from xml.sax.saxutils import escape

from . import iam
from .clock import iso_date
from .errors import AwsError
from .world import AccessKey, Caller, Principal, World

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


def _denied(principal_arn: str, action: str, resource: str) -> AwsError:
    return AwsError("AccessDenied", f"User: {principal_arn} is not authorized to perform: {action} "
                    f"on resource: {resource}", 403)


def _element(name: str, value) -> str:
    if isinstance(value, dict):
        return f"<{name}>{''.join(_element(k, v) for k, v in value.items())}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"


def render(operation: str, result: dict, request_id: str, namespace: str = NAMESPACE) -> bytes:
    inner = _element(operation + "Result", result)
    meta = _element("ResponseMetadata", {"RequestId": request_id})
    return (f'<{operation}Response xmlns="{namespace}">{inner}{meta}</{operation}Response>\n'
            ).encode()


class Sts:
    """The service; handle() takes the decoded form. caller is None for unsigned operations."""

    OPERATIONS = ("GetCallerIdentity", "AssumeRole", "AssumeRoleWithWebIdentity")
    UNSIGNED = ("AssumeRoleWithWebIdentity",)

    def __init__(self, world: World):
        self.world = world
        # token text -> {"subject", "audience", "issuer", "expires"}; tests add to it
        self.web_tokens: dict[str, dict] = {}

    def add_web_token(self, subject: str = "system:serviceaccount:default:node",
                      audience: str = "sts.amazonaws.com", issuer: str = "oidc.emulator.test",
                      lifetime_s: float = 3600) -> str:
        """A token that AssumeRoleWithWebIdentity accepts; shaped like a JWT, not signed."""
        now = self.world.clock.now()
        claims = {"sub": subject, "aud": audience, "iss": "https://" + issuer,
                  "exp": int(now + lifetime_s), "jti": str(len(self.web_tokens))}
        parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
                 for part in ({"alg": "none", "typ": "JWT"}, claims)]
        token = ".".join(parts) + ".emulated"
        self.web_tokens[token] = {"subject": subject, "audience": audience, "issuer": issuer,
                                  "expires": now + lifetime_s}
        return token

    def handle(self, operation: str, form: dict, caller: Caller | None) -> dict:
        if operation not in self.OPERATIONS:
            raise AwsError("InvalidAction", f"Could not find operation {operation} for version "
                           f"{form.get('Version')}", 400)
        if form.get("Version") != "2011-06-15":
            raise AwsError("InvalidAction", f"Could not find operation {operation} for version "
                           f"{form.get('Version')}", 400)
        return getattr(self, "_do_" + operation)(form, caller)

    def _do_GetCallerIdentity(self, _form, caller):
        who = caller.principal
        return {"Arn": who.arn, "UserId": who.user_id, "Account": who.account}

    def _duration(self, form: dict, longest: int) -> int:
        text = form.get("DurationSeconds") or "3600"
        if not text.isdigit() or not 900 <= int(text) <= 43200:
            raise AwsError("ValidationError", f"1 validation error detected: Value '{text}' at "
                           "'durationSeconds' failed to satisfy constraint: Member must have value "
                           "greater than or equal to 900")
        if int(text) > longest:
            raise AwsError("ValidationError", "The requested DurationSeconds exceeds the "
                           "MaxSessionDuration set for this role.")
        return int(text)

    def _names(self, form: dict) -> tuple[str, str]:
        arn, session = form.get("RoleArn", ""), form.get("RoleSessionName", "")
        if not re.fullmatch(r"arn:[a-z-]+:iam::\d{12}:role/.+", arn):
            raise AwsError("ValidationError", f"{arn} is invalid")
        if not re.fullmatch(r"[\w+=,.@-]{2,64}", session):
            raise AwsError("ValidationError", "1 validation error detected: Value at "
                           "'roleSessionName' failed to satisfy constraint: Member must satisfy "
                           "regular expression pattern: [\\w+=,.@-]*")
        return arn, session

    def _answer(self, role, session: str, key: AccessKey) -> dict:
        return {"AssumedRoleUser": {"AssumedRoleId": f"{role.role_id}:{session}",
                                    "Arn": key.principal.arn},
                "Credentials": {"AccessKeyId": key.key_id, "SecretAccessKey": key.secret,
                                "SessionToken": key.token, "Expiration": iso_date(key.expires)}}

    def _do_AssumeRole(self, form, caller):
        arn, session = self._names(form)
        role = self.world.role(arn)
        who = caller.principal
        action = "sts:AssumeRole"
        if role is None:
            raise _denied(who.arn, action, arn)
        context = {**caller.context, "sts:rolesessionname": session}
        if "ExternalId" in form:
            context["sts:externalid"] = form["ExternalId"]
        by_role, direct = iam.evaluate_resource(role.trust, who, action, arn, context)
        by_user = self.world.verdict(who, action, arn, context)
        allowed = by_role == iam.ALLOW and by_user != iam.DENY and (
            by_user == iam.ALLOW or (direct and who.account == role.account))
        if not allowed:
            raise _denied(who.arn, action, arn)
        # A role that assumes a role gets one hour at most, whatever the target allows.
        longest = 3600 if who.role_arn else role.max_session_s
        policies = [json.loads(form["Policy"])] if form.get("Policy") else None
        key = self.world.open_session(role, session, self._duration(form, longest), policies)
        return self._answer(role, session, key)

    def _do_AssumeRoleWithWebIdentity(self, form, _caller):
        arn, session = self._names(form)
        facts = self.web_tokens.get(form.get("WebIdentityToken", ""))
        if facts is None:
            raise AwsError("InvalidIdentityToken", "Couldn't retrieve verification key from your "
                           "identity provider,  please reference AssumeRoleWithWebIdentity "
                           "documentation for requirements")
        now = self.world.clock.now()
        if now >= facts["expires"]:
            raise AwsError("ExpiredTokenException", f"Token expired: current date/time {int(now)} "
                           "must be before the expiration date/time "
                           f"{int(facts['expires'])}")
        role = self.world.role(arn)
        action = "sts:AssumeRoleWithWebIdentity"
        provider = f"arn:aws:iam::{arn.split(':')[4]}:oidc-provider/{facts['issuer']}"
        stranger = Principal(provider, arn.split(":")[4], facts["subject"])
        context = {f"{facts['issuer']}:sub": facts["subject"],
                   f"{facts['issuer']}:aud": facts["audience"], "sts:rolesessionname": session}
        verdict = role and iam.evaluate_resource(role.trust, stranger, action, arn, context)[0]
        if verdict != iam.ALLOW:
            raise AwsError("AccessDenied", "Not authorized to perform "
                           "sts:AssumeRoleWithWebIdentity", 403)
        key = self.world.open_session(role, session, self._duration(form, role.max_session_s))
        return {**self._answer(role, session, key), "Provider": provider,
                "Audience": facts["audience"],
                "SubjectFromWebIdentityToken": facts["subject"]}
