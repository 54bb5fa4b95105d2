# SPDX-License-Identifier: GPL-2.0-or-later
"""The errors of AWS as exceptions, and their form on the wire.

Every service raises AwsError; only this file knows how JSON 1.1 and the query protocol word it.
"""
from __future__ import annotations

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape

JSON_TYPE = "application/x-amz-json-1.1"
SHAPES = ("bare", "namespace", "url")
NAMESPACES = {"ssm": "com.amazonaws.ssm", "kms": "com.amazonaws.kms"}


class AwsError(Exception):
    """An answer that is an error: code, text (None: no text, as some real ones), status."""

    def __init__(self, code: str, message: str | None = None, status: int = 400):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status

    @property
    def sender_fault(self) -> bool:
        return self.status < 500


@dataclass
class ErrorStyle:
    """How JSON errors are spelled; SDKs must read all of them."""

    shape: str = "bare"
    message_key: str = "message"
    header: bool = True
    body_type: bool = True

    def typed(self, service: str, code: str) -> str:
        namespace = NAMESPACES.get(service, "com.amazon.coral.service")
        if self.shape == "namespace":
            return f"{namespace}#{code}"
        if self.shape == "url":
            return f"{code}:http://internal.amazon.com/coral/{namespace}/"
        return code


def json_error(error: AwsError, service: str, style: ErrorStyle) -> tuple[list, bytes]:
    """Extra headers and body of a JSON 1.1 error."""
    name = style.typed(service, error.code)
    body = {"__type": name} if style.body_type else {}
    if error.message is not None:
        body[style.message_key] = error.message
    headers = [("X-Amzn-ErrorType", name)] if style.header else []
    return headers, json.dumps(body).encode()


def query_error(error: AwsError, request_id: str) -> bytes:
    """Body of an STS error."""
    kind = "Sender" if error.sender_fault else "Receiver"
    text = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n  <Error>\n'
        f"    <Type>{kind}</Type>\n    <Code>{escape(error.code)}</Code>\n"
        f"    <Message>{escape(error.message or '')}</Message>\n  </Error>\n"
        f"  <RequestId>{request_id}</RequestId>\n</ErrorResponse>\n"
    )
    return text.encode()


def nested_kms_text(error: AwsError, request_id: str) -> str:
    """The words of KMS as SSM passes them on."""
    return (
        f"{error.message or ''} (Service: AWSKMS; Status Code: {error.status}; "
        f"Error Code: {error.code}; Request ID: {request_id}; Proxy: null)"
    ).lstrip()
