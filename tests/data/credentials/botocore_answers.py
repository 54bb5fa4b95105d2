#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks botocore's own resolver what each case of cases.json gives; its HTTP is answered here and never leaves the process.

    botocore_answers.py > botocore.json             with the botocore that the answers name (Debian 13's)
    botocore_answers.py --check botocore.json       77 where botocore is another version, 1 where it says something else
"""
from __future__ import annotations

import difflib
import getpass
import io
import json
import os
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import credential_cases

SKIPPED = 77


def nobody_there(*_ignored, **_named):
    raise EOFError("nobody is there to answer")


# Before botocore is loaded, which keeps the function as it finds it.
getpass.getpass = nobody_there
try:
    import botocore
    import botocore.awsrequest
    import botocore.httpsession
    import botocore.session
except ImportError as error:
    print(f"skipped: {error}", file=sys.stderr)
    sys.exit(SKIPPED)

LATER = "2099-01-01T00:00:00Z"
KEYS = {"AccessKeyId": "ANSWEREDKEY", "SecretAccessKey": "answered-secret", "Token": "answered-token", "Expiration": LATER}


def sts_answer(form: dict) -> str:
    action = form["Action"]
    members = {**KEYS, "SessionToken": KEYS["Token"]}
    keys = "".join(f"<{name}>{members[name]}</{name}>"
                   for name in ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"))
    user = "<AssumedRoleUser><AssumedRoleId>A:s</AssumedRoleId><Arn>arn:aws:sts::1:assumed-role/r/s</Arn></AssumedRoleUser>"
    return (f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>'
            f"<Credentials>{keys}</Credentials>{user}</{action}Result></{action}Response>")


class Recorder:
    """Stands in for the HTTP session: notes each request and answers as the service would."""

    def __init__(self):
        self.found: dict = {"roles": []}

    def send(self, _session, request):
        headers = {name.lower(): value if isinstance(value, str) else value.decode()
                   for name, value in request.headers.items()}
        url = urlsplit(request.url)
        if url.path.startswith("/latest/"):
            return self._reply(request, self._metadata(request, url))
        if request.method == "GET":
            self.found.update(source="container", url=request.url)
            if "authorization" in headers:
                self.found["authorization"] = headers["authorization"]
            return self._reply(request, json.dumps(KEYS))
        body = request.body if isinstance(request.body, str) else request.body.decode()
        return self._reply(request, self._sts(request, headers, dict(parse_qsl(body))))

    def _metadata(self, request, url) -> str:
        self.found.update(source="metadata", url=f"{url.scheme}://{url.netloc}/")
        if request.method == "PUT":
            return "session-token"
        return "a-role" if url.path.endswith("/") else json.dumps({**KEYS, "Code": "Success"})

    def _sts(self, request, headers: dict, form: dict) -> str:
        if not self.found["roles"]:
            self._first(headers, form)
        role = {"arn": form["RoleArn"]}
        for name, ours in (("RoleSessionName", "session"), ("ExternalId", "external_id")):
            if name in form and not form[name].startswith("botocore-session-"):
                role[ours] = form[name]
        if "DurationSeconds" in form:
            role["duration"] = int(form["DurationSeconds"])
        self.found["roles"].append(role)
        self.found["sts"] = request.url
        return sts_answer(form)

    def _first(self, headers: dict, form: dict) -> None:
        if form["Action"] == "AssumeRoleWithWebIdentity":
            self.found.update(source="web-identity", identity_token=form["WebIdentityToken"])
        elif "source" not in self.found:
            self.found.update(source="keys", token=headers.get("x-amz-security-token"),
                              access_key=headers["authorization"].split("Credential=")[1].split("/")[0])

    @staticmethod
    def _reply(request, text: str):
        raw = io.BytesIO(text.encode())
        raw.stream = lambda *_ignored: iter([raw.read()])
        return botocore.awsrequest.AWSResponse(request.url, 200, {"content-type": "text/xml"}, raw)


def resolve(case: dict) -> dict:
    """What botocore finds, in the words of our plan; {"error": class} where it finds nothing."""
    recorder = Recorder()
    botocore.httpsession.URLLib3Session.send = lambda self, request: recorder.send(self, request)
    try:
        session = botocore.session.Session(profile=case.get("params", {}).get("profile"))
        credentials = session.get_credentials()
        if credentials is None:
            return {"error": "none"}
        frozen = credentials.get_frozen_credentials()
        found = recorder.found
        if "source" not in found:
            found.update(source="keys", access_key=frozen.access_key, secret_key=frozen.secret_key, token=frozen.token)
        client = session.create_client("ssm")
    except Exception as error:  # its name is the answer
        return {"error": type(error).__name__}
    found.update(region=client.meta.region_name, ssm=client.meta.endpoint_url.rstrip("/") + "/")
    return {name: value for name, value in found.items() if value is not None}


def answer(case: dict) -> dict:
    """In an environment that holds the case and nothing else."""
    kept = dict(os.environ)
    with credential_cases.laid_out(case) as (_directory, variables, texts):
        os.environ.clear()
        # Ours is regional always; botocore's default of 1.37 is not yet.
        os.environ.update({"PATH": "/usr/bin:/bin", "AWS_STS_REGIONAL_ENDPOINTS": "regional", **variables})
        try:
            found = resolve(case)
        finally:
            os.environ.clear()
            os.environ.update(kept)
        return json.loads(texts.hide(json.dumps(found)))


def table() -> dict:
    return {"botocore": botocore.__version__, "answers": {case["name"]: answer(case) for case in credential_cases.load()}}


def render(answers: dict) -> str:
    rows = ",\n".join(f"    {json.dumps(name)}: {json.dumps(row, sort_keys=True)}" for name, row in answers["answers"].items())
    return f'{{\n  "botocore": "{answers["botocore"]}",\n  "answers": {{\n{rows}\n  }}\n}}\n'


def main() -> int:
    if sys.argv[1:2] != ["--check"]:
        sys.stdout.write(render(table()))
        return 0
    committed = Path(sys.argv[2]).read_text(encoding="utf-8")
    version = json.loads(committed)["botocore"]
    if version != botocore.__version__:
        print(f"skipped: the answers are of botocore {version}, this is {botocore.__version__}")
        return SKIPPED
    found = "\n".join(difflib.unified_diff(committed.splitlines(), render(table()).splitlines(), "committed",
                                           f"botocore {version}", n=0, lineterm=""))
    if found:
        print(found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
