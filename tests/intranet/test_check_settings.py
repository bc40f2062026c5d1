"""Half a configuration is refused, with what to do about it."""

from __future__ import annotations

import pytest

from intranet import checks, sign_on_checks


def ids(found):
    return [message.id for message in found]


@pytest.mark.parametrize(
    ("database", "redis", "expected"),
    [
        ("", "", []),
        ("postgres://h/d", "redis://h", []),
        ("postgres://h/d", "", ["parvis.E001"]),
        ("", "redis://h", ["parvis.E001"]),
    ],
)
def test_one_service_without_the_other_is_refused(settings, database, redis, expected):
    settings.DATABASE_URL, settings.REDIS_URL = database, redis
    found = checks.whole_profile()
    assert ids(found) == expected
    assert all(message.hint for message in found)


def test_other_databases_and_brokers_are_refused(settings):
    settings.DATABASE_URL, settings.REDIS_URL = "mysql://h/d", "amqp://h"
    assert ids(checks.known_services()) == ["parvis.E002", "parvis.E003"]


def test_a_way_past_a_pooler_leads_to_the_same_kind_of_place(settings):
    settings.DATABASE_URL, settings.DATABASE_DIRECT_URL = "", "postgres://h/d"
    assert ids(checks.direct_way()) == ["parvis.E008"]
    settings.DATABASE_URL, settings.DATABASE_DIRECT_URL = "postgres://h/d", "mysql://h/d"
    assert ids(checks.direct_way()) == ["parvis.E009"]
    settings.DATABASE_DIRECT_URL = "postgres://direct/d"
    assert checks.direct_way() == []


@pytest.mark.parametrize(
    ("address", "hosts", "expected"),
    [
        ("https://parvis.example.org", ["parvis.example.org"], []),
        ("https://parvis.example.org", ["other.example.org"], ["parvis.E006"]),
        ("https://parvis.example.org", ["*"], ["parvis.E005"]),
        ("parvis.example.org", ["parvis.example.org"], ["parvis.E004"]),
        ("https://example.org/parvis", ["example.org"], ["parvis.E004"]),
    ],
)
def test_the_address_in_links_is_one_the_server_answers(settings, address, hosts, expected):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = address, hosts
    assert ids(checks.public_address()) == expected


def test_a_server_that_cannot_send_mail_is_warned(settings):
    settings.IS_EMBEDDED, settings.EMAIL_URL = False, ""
    assert ids(checks.mail_of_a_server()) == ["parvis.W002"]
    settings.IS_EMBEDDED = True
    assert checks.mail_of_a_server() == []


def test_debug_pages_are_refused_where_others_can_see_them(settings):
    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["localhost", "parvis.example.org"]
    assert ids(checks.debugging()) == ["parvis.E007"]
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    assert checks.debugging() == []


def test_a_misspelt_variable_is_named(monkeypatch):
    monkeypatch.setenv("PARVIS_UPLOADLIMIT", "5")
    monkeypatch.setenv("PARVIS_SECRET_DJANGO", "x")
    found = checks.spelled_right()
    assert "PARVIS_UPLOADLIMIT" in found[0].msg and len(found) == 1


@pytest.mark.parametrize(
    ("bucket", "is_embedded", "expected"),
    [
        ("", True, []),
        ("https://key:hush@s3.example.org/parvis", False, []),
        ("https://key:hush@s3.example.org/parvis", True, ["parvis.E021"]),
        ("https://s3.example.org/parvis", False, ["parvis.E022"]),
        ("https://key:hush@s3.example.org", False, ["parvis.E022"]),
        ("parvis", False, ["parvis.E022"]),
    ],
)
def test_a_bucket_is_named_whole_and_belongs_to_a_server(settings, bucket, is_embedded, expected):
    settings.BUCKET, settings.IS_EMBEDDED = bucket, is_embedded
    assert ids(checks.files_in_a_bucket()) == expected
    assert all("hush" not in found.msg for found in checks.files_in_a_bucket())


@pytest.mark.parametrize(
    ("is_on", "proxies", "expected"), [(True, [], ["parvis.E020"]), (True, ["127.0.0.1"], []), (False, [], [])]
)
def test_files_are_left_to_a_proxy_only_where_one_is_named(settings, is_on, proxies, expected):
    settings.ACCEL, settings.TRUSTED_PROXIES = is_on, proxies
    assert ids(checks.files_by_the_proxy()) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, []),
        ({"OIDC_URL": "https://login.example.org", "HAS_SIGN_ON": True}, ["parvis.E060"]),
        ({"OIDC_DOMAINS": ["example.org"]}, ["parvis.E060"]),
        ({"LOCAL_SIGN_IN": "no"}, ["parvis.E066"]),
        ({"LOCAL_SIGN_IN": "perhaps"}, ["parvis.E065"]),
        ({"OIDC_HOURS": 0}, ["parvis.E067"]),
    ],
)
def test_half_a_single_sign_on_is_refused(settings, said, expected):
    for name, value in said.items():
        setattr(settings, name, value)
    assert ids(sign_on_checks.whole_sign_on() + sign_on_checks.who_may_come_in()) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, []),
        ({"OIDC_URL": "login.example.org"}, ["parvis.E061"]),
        ({"OIDC_URL": "https://login.example.org/.well-known/openid-configuration"}, ["parvis.E061"]),
        ({"OIDC_URL": "http://login.example.org"}, ["parvis.E062"]),
        ({"OIDC_NEWCOMERS": True}, ["parvis.E063"]),
        ({"OIDC_NEWCOMERS": True, "OIDC_CLAIM": "groups"}, ["parvis.E064"]),
        ({"LOCAL_SIGN_IN": "no"}, []),
    ],
)
def test_a_door_open_to_the_world_is_refused(settings, said, expected):
    whole = {"OIDC_URL": "https://login.example.org", "OIDC_CLIENT": "c", "OIDC_SECRET": "s", "OIDC_NAME": "n"}
    for name, value in (whole | {"HAS_SIGN_ON": True, "IS_HTTPS": True} | said).items():
        setattr(settings, name, value)
    every = (sign_on_checks.whole_sign_on, sign_on_checks.address_of_the_provider, sign_on_checks.who_may_come_in)
    assert ids([message for check in every for message in check()]) == expected
