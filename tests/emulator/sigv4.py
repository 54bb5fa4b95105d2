# SPDX-License-Identifier: GPL-2.0-or-later
"""Verifies Signature Version 4 of a request as it arrived, with botocore as the calculator.

The rules are stricter than a lenient server's: every x-amz-* header and content-type must be
signed, nothing may be named that was not sent, x-amz-date comes exactly once.
"""
from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from .clock import amz_date, parse_amz_date
from .errors import AwsError

ALGORITHM = "AWS4-HMAC-SHA256"
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. "
    "Consult the service documentation for details."
)


@dataclass
class Authorization:
    """The Authorization header, taken apart."""

    key_id: str
    date: str
    region: str
    service: str
    signed: list
    signature: str


@dataclass
class Codes:
    """The names that one protocol gives to the same refusals."""

    mismatch: str
    incomplete: str
    missing: str
    unknown: str
    expired: str
    status: int
    window_s: int


JSON_CODES = Codes("InvalidSignatureException", "IncompleteSignatureException",
                   "MissingAuthenticationTokenException", "UnrecognizedClientException",
                   "ExpiredTokenException", 400, 300)
QUERY_CODES = Codes("SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationToken",
                    "InvalidClientTokenId", "ExpiredToken", 403, 900)


class _OverArrived(SigV4Auth):
    """botocore's calculation over exactly the headers that the client says it signed."""

    def __init__(self, credentials, authorization: Authorization):
        super().__init__(credentials, authorization.service, authorization.region)
        self._names = set(authorization.signed)

    def headers_to_sign(self, request):
        chosen = HTTPHeaders()
        for name, value in request.headers.items():
            if name.lower() in self._names:
                chosen[name.lower()] = value
        return chosen


def parse(request, codes: Codes) -> Authorization:
    """Take the header apart, or refuse as AWS does."""
    values = request.all("authorization")
    if not values:
        raise AwsError(codes.missing, "Missing Authentication Token", codes.status)
    text = values[0]
    if len(values) > 1 or not text.startswith(ALGORITHM + " "):
        raise AwsError(codes.incomplete, f"Unsupported AWS 'algorithm': '{text.split(' ')[0]}'.")
    parts = dict(re.findall(r"(\w+)=([^,\s]*)", text[len(ALGORITHM):]))
    absent = [name for name in ("Credential", "SignedHeaders", "Signature") if name not in parts]
    if absent:
        raise AwsError(codes.incomplete, "Authorization header requires "
                       + " ".join(f"'{name}' parameter." for name in absent))
    scope = parts["Credential"].rsplit("/", 4)
    if len(scope) != 5 or scope[4] != "aws4_request":
        raise AwsError(codes.incomplete, "Credential must have exactly 5 slash-delimited elements")
    return Authorization(scope[0], scope[1], scope[2], scope[3],
                         parts["SignedHeaders"].split(";"), parts["Signature"])


def _check_names(request, authorization: Authorization, codes: Codes) -> None:
    signed = authorization.signed
    if signed != sorted({name.lower() for name in signed}):
        raise AwsError(codes.mismatch, "SignedHeaders is not a sorted list of distinct names.",
                       codes.status)
    on_wire = {name.lower() for name, _ in request.headers}
    for name in signed:
        if name not in on_wire:
            raise AwsError(codes.mismatch, f"'{name}' is signed but was not sent.", codes.status)
    must = {name for name in on_wire if name.startswith("x-amz-")} | {"host"}
    must |= on_wire & {"content-type"}
    for name in sorted(must - set(signed)):
        raise AwsError(codes.mismatch,
                       f"'{name}' must be a 'SignedHeader' in the AWS Authorization.", codes.status)


def _check_time(request, authorization: Authorization, codes: Codes, now: float) -> str:
    dates = request.all("x-amz-date")
    if len(dates) != 1:
        raise AwsError(codes.incomplete, "Authorization header requires existence of either a "
                       "'X-Amz-Date' or a 'Date' header, once.")
    try:
        then = parse_amz_date(dates[0])
    except ValueError:
        raise AwsError(codes.incomplete, "Date must be in ISO-8601 'basic format'. "
                       f"Got '{dates[0]}'.") from None
    if dates[0][:8] != authorization.date:
        raise AwsError(codes.mismatch, "Date in Credential scope does not match YYYYMMDD from "
                       "ISO-8601 version of date from HTTP: "
                       f"'{authorization.date}' != '{dates[0][:8]}', from '{dates[0]}'.",
                       codes.status)
    minutes = codes.window_s // 60
    if then < now - codes.window_s:
        raise AwsError(codes.mismatch, f"Signature expired: {dates[0]} is now earlier than "
                       f"{amz_date(now - codes.window_s)} ({amz_date(now)} - {minutes} min.)",
                       codes.status)
    if then > now + codes.window_s:
        raise AwsError(codes.mismatch, f"Signature not yet current: {dates[0]} is still later "
                       f"than {amz_date(now + codes.window_s)} ({amz_date(now)} + {minutes} min.)",
                       codes.status)
    return dates[0]


def _check_scope(request, authorization: Authorization, service: str, codes: Codes) -> None:
    if authorization.service != service:
        raise AwsError(codes.mismatch,
                       f"Credential should be scoped to correct service: '{service}'.",
                       codes.status)
    host = (request.first("host") or "").split(":")[0].lower()
    named = re.fullmatch(r"(?:ssm|kms|sts)(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|"
                         r"api\.aws)", host)
    if named and named.group(1) != authorization.region:
        raise AwsError(codes.mismatch, "Credential should be scoped to a valid region.",
                       codes.status)


def verify(request, authorization: Authorization, secret: str, service: str, codes: Codes,
           now: float) -> None:
    """Raise AwsError unless the signature is right. now: the server's time in seconds."""
    _check_scope(request, authorization, service, codes)
    _check_names(request, authorization, codes)
    stamp = _check_time(request, authorization, codes, now)
    digest = hashlib.sha256(request.body).hexdigest()
    if any(value != digest for value in request.all("x-amz-content-sha256")):
        raise AwsError(codes.mismatch, "The provided 'x-amz-content-sha256' header does not match "
                       "what was computed.", codes.status)
    copy = AWSRequest(method=request.method, data=request.body,
                      url=f"https://{request.first('host')}{request.target}")
    copy.headers = HTTPHeaders()
    for name, value in request.headers:
        copy.headers[name] = value
    copy.context["timestamp"] = stamp
    signer = _OverArrived(Credentials(authorization.key_id, secret), authorization)
    wanted = signer.signature(signer.string_to_sign(copy, signer.canonical_request(copy)), copy)
    if not hmac.compare_digest(wanted, authorization.signature):
        raise AwsError(codes.mismatch, MISMATCH, codes.status)
