# SPDX-License-Identifier: GPL-2.0-or-later
"""The parameters themselves: versions, labels, names and ARNs. Knows no caller and no policy."""
from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field

from .errors import AwsError

MAX_VERSIONS = 100
LIMITS = {"Standard": 4096, "Advanced": 8192}
REFERENCE = "/aws/reference/secretsmanager/"


@dataclass
class Version:
    number: int
    stored: object = field(repr=False)
    modified: float = 0.0
    labels: set = field(default_factory=set)
    type: str = "String"
    tier: str = "Standard"
    key_id: str | None = None
    data_type: str = "text"
    description: str | None = None
    user: str = ""


@dataclass
class Parameter:
    name: str
    account: str
    region: str
    versions: list = field(default_factory=list)
    shared_with: set = field(default_factory=set)

    @property
    def arn(self) -> str:
        return arn_of(self.name, self.account, self.region)

    @property
    def newest(self) -> Version:
        return self.versions[-1]

    def version(self, selector: str | None) -> Version:
        """The version that a selector names; ParameterVersionNotFound."""
        if selector is None:
            return self.newest
        for version in self.versions:
            if selector.isdigit() and version.number == int(selector):
                return version
            if not selector.isdigit() and selector in version.labels:
                return version
        raise AwsError("ParameterVersionNotFound", f"Systems Manager could not find version "
                       f"{selector} of {self.name}. Verify the version and try again.")

    def add(self, version: Version) -> None:
        """Append; the oldest goes beyond 100 unless a label holds it."""
        if len(self.versions) >= MAX_VERSIONS:
            oldest = self.versions[0]
            if oldest.labels:
                raise AwsError(
                    "ParameterMaxVersionLimitExceeded",
                    f"You attempted to create a new version of {self.name} by calling the "
                    f"PutParameter API with the overwrite flag. Version {oldest.number}, the "
                    "oldest version, can't be deleted because it has a label associated with it. "
                    "Move the label to another version of the parameter, and try again.")
            del self.versions[0]
        self.versions.append(version)

    def label(self, number: int, labels: list) -> list:
        """Move labels to a version; the invalid ones come back."""
        target = self.version(str(number))
        bad = [text for text in labels if not valid_label(text)]
        good = [text for text in labels if text not in bad]
        if len(target.labels | set(good)) > 10:
            raise AwsError("ParameterVersionLabelLimitExceeded",
                           "A parameter version can have a maximum of ten labels.")
        for version in self.versions:
            version.labels -= set(good)
        target.labels |= set(good)
        return bad


def valid_label(text: str) -> bool:
    shape = r"(?!\d)(?!aws)(?!ssm)[A-Za-z0-9_.-]{1,100}"
    return re.fullmatch(shape, text, re.IGNORECASE) is not None


def arn_of(name: str, account: str, region: str) -> str:
    return f"arn:aws:ssm:{region}:{account}:parameter/{name.lstrip('/')}"


def check_name(name: str) -> None:
    """What PutParameter accepts as a name."""
    if not re.fullmatch(r"[A-Za-z0-9_.\-/]+", name):
        raise AwsError("ValidationException", "Parameter name: can't be prefixed with \"ssm\" "
                       "(case-insensitive). If formed as a path, it can consist of sub-paths "
                       "divided by slash symbol; each sub-path can be formed as a mix of letters, "
                       "numbers and the following 3 symbols .-_")
    if "/" in name and not name.startswith("/"):
        raise AwsError("ValidationException", "Parameter name must be a fully qualified name.")
    if re.match(r"/?(aws|ssm)", name, re.IGNORECASE):
        kind = "No access to reserved parameter name: " + name + "."
        raise AwsError("AccessDeniedException", kind)
    if name.endswith("/") or "//" in name or len(name) > 1011:
        raise AwsError("ValidationException", f"Invalid parameter name: {name[:80]}")
    if name.count("/") > 15:
        raise AwsError("HierarchyLevelLimitExceededException",
                       "A parameter name can have a maximum of fifteen levels.")


@dataclass
class Wanted:
    """What a caller asked for, taken apart."""

    given: str
    name: str
    selector: str | None
    account: str
    region: str

    @property
    def arn(self) -> str:
        return arn_of(self.name, self.account, self.region)

    @property
    def is_reference(self) -> bool:
        return self.name.startswith(REFERENCE)


def parse_wanted(given: str, account: str, region: str) -> Wanted:
    """name, name:selector, ARN, ARN:selector. Only a colon after the resource part separates."""
    if not given or len(given) > 2048:
        raise AwsError("ValidationException", "1 validation error detected: Value at 'name' failed "
                       "to satisfy constraint: Member must have length less than or equal to 2048")
    name, selector = given, None
    if given.startswith("arn:"):
        parts = given.split(":")
        if len(parts) not in (6, 7) or parts[2] != "ssm" or not parts[5].startswith("parameter/"):
            raise AwsError("ValidationException", f"Invalid parameter ARN: {given}")
        region, account = parts[3], parts[4]
        name = parts[5][len("parameter"):]
        selector = parts[6] if len(parts) == 7 else None
    elif given.startswith(REFERENCE):
        return Wanted(given, given, None, account, region)
    elif ":" in given:
        name, selector = given.split(":", 1)
    if not re.fullmatch(r"[A-Za-z0-9_.\-/]+", name) or selector == "" or \
            (selector and not (selector.isdigit() or valid_label(selector))):
        raise AwsError("ValidationException", "Parameter name: can't be prefixed with \"ssm\" "
                       "(case-insensitive). If formed as a path, it can consist of sub-paths "
                       "divided by slash symbol; each sub-path can be formed as a mix of letters, "
                       "numbers and the following 3 symbols .-_")
    return Wanted(given, name, selector, account, region)


class Store:
    """All parameters of all accounts and regions; thread safe for single calls."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._rows: dict[tuple, Parameter] = {}

    def get(self, wanted: Wanted) -> Parameter | None:
        """An ARN does not tell /name from name: both spellings are looked for."""
        spellings = [wanted.name]
        if wanted.given.startswith("arn:"):
            spellings.append(wanted.name.lstrip("/"))
        with self.lock:
            for name in spellings:
                found = self._rows.get((wanted.account, wanted.region, name))
                if found:
                    return found
        return None

    def create(self, name: str, account: str, region: str) -> Parameter:
        with self.lock:
            row = Parameter(name, account, region)
            self._rows[(account, region, name)] = row
            return row

    def delete(self, row: Parameter) -> None:
        with self.lock:
            self._rows.pop((row.account, row.region, row.name), None)

    def under(self, path: str, recursive: bool, account: str, region: str) -> list:
        """Children of a path, as AWS answers: never the leaf itself."""
        prefix = path if path.endswith("/") else path + "/"
        with self.lock:
            rows = [row for (owner, place, name), row in sorted(self._rows.items())
                    if (owner, place) == (account, region) and name.startswith(prefix)]
        return [row for row in rows if recursive or "/" not in row.name[len(prefix):]]

    def every(self, account: str, region: str) -> list:
        with self.lock:
            return [row for key, row in sorted(self._rows.items()) if key[:2] == (account, region)]
