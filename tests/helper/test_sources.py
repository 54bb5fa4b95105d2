# SPDX-License-Identifier: GPL-2.0-or-later
"""Root's half: which files and variables count, in which order, and whom they must belong to."""
from __future__ import annotations

import os

from emulator import ADMIN_KEY, ADMIN_SECRET
from emulator.emulator import NOBODY_KEY, NOBODY_SECRET

from .kit import NAME, PASSPHRASE, HelperTest

GOOD = f"AWS_ACCESS_KEY_ID={ADMIN_KEY}\nAWS_SECRET_ACCESS_KEY={ADMIN_SECRET}\n"
REGION = "AWS_REGION=eu-central-1\n"
DENIED = {"AWS_ACCESS_KEY_ID": NOBODY_KEY, "AWS_SECRET_ACCESS_KEY": NOBODY_SECRET}
ALLOWED = {"AWS_ACCESS_KEY_ID": ADMIN_KEY, "AWS_SECRET_ACCESS_KEY": ADMIN_SECRET}


class Sources(HelperTest):
    def variables(self, *lines: str) -> str:
        return self.write("environment", f"AWS_EC2_METADATA_SERVICE_ENDPOINT={self.aws.metadata_endpoint}\n"
                          + "".join(lines))

    def credentials(self, text: str, **how) -> str:
        return self.write("credentials", text, **how)

    def keys(self, profile: str, key: str = ADMIN_KEY, secret: str = ADMIN_SECRET) -> str:
        return f"[{profile}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"

    def works(self, **how) -> None:
        answer = self.root_fetch(**how)
        self.assertEqual((answer.code, answer.key), ("ok", PASSPHRASE.encode()), answer.reason)

    # -- the environment file ----------------------------------------------

    def test_the_environment_file_gives_keys_and_region(self):
        self.works(environment_file=self.variables(GOOD, REGION))

    def test_quotes_comments_and_continued_lines_are_read_as_systemd_does(self):
        self.works(environment_file=self.variables(
            "# comment\n; another\n\nexport X=1\nnonsense\n", f"AWS_ACCESS_KEY_ID=\"{ADMIN_KEY[:5]}\\\n{ADMIN_KEY[5:]}\"\n",
            f"AWS_SECRET_ACCESS_KEY='{ADMIN_SECRET}'  \n", "AWS_REGION = eu-\\\ncentral-1  \n"))

    def test_the_last_assignment_counts(self):
        self.works(environment_file=self.variables("AWS_REGION=us-east-1\n", GOOD, REGION))

    def test_half_a_key_is_an_error_and_not_passed_over(self):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            file = self.variables(f"{name}=x\n", REGION)
            self.root_refused("no-credentials", name, "is not", environment_file=file)

    def test_a_session_token_goes_with_its_key(self):
        session = self.aws.world.open_session(self.aws.world.role("luks-node"), "s", 900)
        self.works(environment_file=self.variables(
            f"AWS_ACCESS_KEY_ID={session.key_id}\nAWS_SECRET_ACCESS_KEY={session.secret}\n"
            f"AWS_SESSION_TOKEN={session.token}\n", REGION))

    # -- files that are not to be trusted ------------------------------------

    def test_a_file_that_others_may_write_or_that_is_another_users_is_refused(self):
        path = self.write("loose", GOOD + REGION, 0o666)
        self.root_refused("bad-profile", "chmod", environment_file=path)
        path = self.write("read", GOOD + REGION, 0o644)
        self.root_refused("bad-profile", "chmod go-r", environment_file=path)
        path = self.write("group", GOOD + REGION, 0o620)
        self.root_refused("bad-profile", "chmod", environment_file=path)
        if os.geteuid() == 0:
            path = self.write("foreign", GOOD + REGION)
            os.chown(path, 12345, 0)
            self.root_refused("bad-profile", "chown", environment_file=path)

    def test_an_environment_file_with_any_secret_is_for_root_alone(self):
        for line in ("AWS_SECRET_ACCESS_KEY=x", "AWS_SESSION_TOKEN=x", "AWS_SECURITY_TOKEN=x",
                     "AWS_CONTAINER_AUTHORIZATION_TOKEN=x", "HTTPS_PROXY=http://user:word@127.0.0.1:9",
                     "https_proxy=http://user@127.0.0.1:9"):
            with self.subTest(line):
                for mode in (0o644, 0o640, 0o604):
                    file = self.write("open", f"{REGION}{line}\n", mode)
                    self.root_refused("bad-profile", "environment_file: others may read", file, "chmod go-r",
                                      environment_file=file)
        self.works(environment_file=self.write("open", f"{REGION}HTTPS_PROXY=\nAWS_PROFILE=good\n", 0o644),
                   credentials_file=self.credentials(self.keys("good")))

    def test_no_file_that_others_may_write_counts(self):
        """Neither the shared files nor the files of tokens."""
        for mode in (0o620, 0o602):
            for what in ("credentials_file", "config_file"):
                file = self.write("loose", "[default]\n", mode)
                self.root_refused("bad-profile", f"{what}: others may write {file}", "chmod go-w", region="eu-central-1", **{what: file})
            token = self.write("token", "a.b.c\n", mode)
            for what, lines in (
                    ("web_identity_token_file", f"AWS_WEB_IDENTITY_TOKEN_FILE={token}\nAWS_ROLE_ARN=arn:aws:iam::1:role/x\n"),
                    ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                     f"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={token}\nAWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1/x\n")):
                self.root_refused("bad-profile", f"{what}: others may write {token}", "chmod go-w",
                                  environment_file=self.variables(REGION, lines))

    def test_a_file_that_is_absent_or_no_file_is_refused(self):
        self.root_refused("bad-profile", "cannot be read", environment_file="/nowhere/at/all")
        self.root_refused("bad-profile", "is not a file", environment_file=str(self.directory))
        fifo = self.directory / "fifo"
        os.mkfifo(fifo, 0o600)
        self.root_refused("bad-profile", "is not a file", environment_file=str(fifo))

    def test_a_ca_bundle_that_is_absent_is_untrusted(self):
        file = self.variables(GOOD, REGION)
        self.root_refused("untrusted-certificate", "ca_bundle", environment_file=file, ca_bundle="/nowhere")

    # -- the process environment ---------------------------------------------

    def test_the_process_environment_counts_only_when_asked_for(self):
        values = {**ALLOWED, "AWS_REGION": "eu-central-1"}
        self.works(environment=values, inherit_environment="yes")
        file = self.variables("AWS_EC2_METADATA_DISABLED=true\n")
        self.root_refused("no-credentials", "METADATA_DISABLED", environment=values, environment_file=file)

    def test_the_environment_file_wins_over_the_process_environment(self):
        self.works(environment={**DENIED, "AWS_REGION": "us-east-1"}, inherit_environment="yes",
                   environment_file=self.variables(GOOD, REGION))

    def test_key_and_secret_are_never_mixed_from_two_places(self):
        file = self.variables(f"AWS_ACCESS_KEY_ID={ADMIN_KEY}\n", REGION)
        self.root_refused("no-credentials", environment=ALLOWED, inherit_environment="yes", environment_file=file)

    # -- shared files ----------------------------------------------------------

    def test_a_profile_of_the_shared_files_gives_keys_and_region(self):
        self.works(credentials_file=self.credentials(self.keys("volumes")), profile="volumes",
                   config_file=self.write("config", "[profile volumes]\nregion = eu-central-1 ; here\n"))

    def test_the_default_profile_needs_no_name(self):
        self.works(credentials_file=self.credentials(self.keys("default")),
                   config_file=self.write("config", "[default]\nregion=eu-central-1\n"))

    def test_the_shared_files_are_found_below_the_home_directory(self):
        home = self.directory / "home"
        (home / ".aws").mkdir(parents=True)
        (home / ".aws/credentials").write_text(self.keys("default"))
        self.works(environment={"HOME": str(home)}, inherit_environment="yes", region="eu-central-1")

    def test_an_explicit_profile_switches_environment_keys_off_and_aws_profile_does_not(self):
        credentials = self.credentials(self.keys("good") + self.keys("bad", NOBODY_KEY, NOBODY_SECRET))
        bad = self.variables("".join(f"{k}={v}\n" for k, v in DENIED.items()), REGION)
        self.works(profile="good", credentials_file=credentials, environment_file=bad)
        good = self.variables(GOOD, REGION, "AWS_PROFILE=bad\n")
        self.works(credentials_file=credentials, environment_file=good)

    def test_aws_profile_chooses_among_the_shared_files(self):
        credentials = self.credentials(self.keys("default", NOBODY_KEY, NOBODY_SECRET) + self.keys("good"))
        self.works(credentials_file=credentials, environment_file=self.variables("AWS_PROFILE=good\n", REGION))

    def test_a_named_profile_that_is_absent_is_refused(self):
        self.root_refused("bad-profile", "absent", profile="absent", region="eu-central-1",
                          credentials_file=self.credentials(self.keys("default")))

    def test_a_malformed_file_names_its_line(self):
        self.root_refused("bad-profile", "line 2", region="eu-central-1",
                          credentials_file=self.credentials("[default]\nnonsense\n"))

    def test_a_profile_that_needs_a_human_says_so(self):
        for line, word in (("sso_session = x", "SSO"), ("sso_start_url = x", "SSO"), ("login_session = x", "login"),
                           ("role_arn = x\nmfa_serial = y\nsource_profile = default", "MFA")):
            config = self.write("config", f"[profile p]\nregion = eu-central-1\n{line}\n")
            self.root_refused("bad-profile", word, "needs a human: not for unattended use", profile="p", config_file=config)

    def test_chains_that_loop_or_lead_nowhere_are_refused(self):
        for text, word in (
                ("[profile a]\nrole_arn=x\nsource_profile=b\n[profile b]\nrole_arn=y\nsource_profile=a\n", "leads back"),
                ("[profile a]\nrole_arn=x\nsource_profile=nobody\n", "does not exist"),
                ("[profile a]\nrole_arn=x\n", "either"),
                ("[profile a]\nrole_arn=x\ncredential_source=Cloud\n", "Cloud"),
                ("[profile a]\naws_access_key_id=x\n", "aws_secret_access_key")):
            self.root_refused("bad-profile", word, profile="a", region="eu-central-1",
                              config_file=self.write("config", text))

    def test_a_profile_with_a_region_alone_falls_through_to_the_instance(self):
        self.works(config_file=self.write("config", "[default]\nregion = eu-central-1\n"),
                   environment_file=self.variables())

    def test_nothing_configured_asks_the_instance_for_credentials_and_region(self):
        self.works(environment_file=self.variables())

    # -- endpoints ------------------------------------------------------------

    def test_endpoints_come_from_variables_and_profiles(self):
        url = self.aws.endpoint
        self.works(endpoint_url=None, environment_file=self.variables(
            GOOD, REGION, f"AWS_ENDPOINT_URL_SSM={url}\nAWS_ENDPOINT_URL=https://127.0.0.1:1\n"))
        config = self.write("config", f"[default]\nregion = eu-central-1\nservices = local\n"
                                      f"[services local]\nssm =\n  endpoint_url = {url}\n")
        self.works(endpoint_url=None, config_file=config, environment_file=self.variables(GOOD))
        self.works(endpoint_url=url, environment_file=self.variables(
            GOOD, REGION, "AWS_ENDPOINT_URL=https://127.0.0.1:1\n"))

    def test_a_custom_endpoint_with_fips_or_dual_stack_is_refused(self):
        for name in ("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"):
            self.root_refused("bad-parameter", name, environment_file=self.variables(GOOD, REGION, f"{name}=true\n"))

    def test_the_parameters_name_reaches_the_service_whole(self):
        answer = self.root_fetch(ssm_parameter=NAME + "/a.b-c_d", environment_file=self.variables(GOOD, REGION))
        self.check_refusal(answer, "no-such-parameter", "/a.b-c_d")
