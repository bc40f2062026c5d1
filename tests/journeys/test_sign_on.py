"""Single sign-on in a browser, with a real provider: connecting one's account, coming in, and no passwords at all."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.journeys.company import PASSWORD
from tests.journeys.conftest import ROOT, embedded, free_port
from tests.people import providers


def served(folder, **more):
    """A company of its own and a provider that sends people back to it."""
    port = free_port()
    with (
        providers.real_provider(callback=f"http://127.0.0.1:{port}/sign-on/callback/") as issuer,
        embedded(folder, port=port, PARVIS_URL=f"http://127.0.0.1:{port}", PARVIS_OIDC_URL=issuer,
                 PARVIS_OIDC_CLIENT=providers.CLIENT, PARVIS_OIDC_SECRET=providers.SECRET,
                 PARVIS_OIDC_NAME="Corvanne ID", **more) as company,
    ):  # fmt: skip
        yield company


@pytest.fixture(scope="module", params=[{}, {"PARVIS_LOCAL_SIGN_IN": "no"}], ids=["beside-passwords", "alone"])
def company(request, tmp_path_factory):
    yield from served(tmp_path_factory.mktemp("sign-on"), **request.param)


def at_the_provider(page, subject: str) -> None:
    """Fill in the provider's forms: who one is, then that Parvis may know."""
    page.wait_for_url(re.compile("/interaction/"))
    page.fill("[name=login]", subject)
    page.fill("[name=password]", "any")
    page.click("[type=submit]")
    page.locator("[name=prompt][value=consent]").wait_for(state="attached")
    page.click("[type=submit]")


def is_alone(company) -> bool:
    return company.env.get("PARVIS_LOCAL_SIGN_IN") == "no"


def test_an_account_is_connected_and_opens_where_one_wanted_to_go(company, new_page):
    """By a password of one's own, or where nobody has one by the link an administrator makes."""
    page = new_page()
    if is_alone(company):
        link = subprocess.run(
            [sys.executable, "manage.py", "sign_in_link", "max@corvanne.test", "--connect"],
            cwd=ROOT, env=company.env, check=True, capture_output=True, text=True,
        )  # fmt: skip
        page.goto(re.search(r"http://\S+", link.stdout)[0])
        page.get_by_role("button", name="Continue with Corvanne ID").click()
    else:
        page.goto("/account/login/?next=/preferences/sign-on/")
        page.fill("[name=login]", "max@corvanne.test")
        page.fill("[name=password]", PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.fill("[name=password]", PASSWORD)
        page.get_by_role("button", name="Connect with Corvanne ID").click()
    at_the_provider(page, "sub-max")
    page.wait_for_url(f"{company.address}/**")

    other = new_page()
    other.goto("/groups/")
    other.get_by_role("button", name="Continue with Corvanne ID").click()
    at_the_provider(other, "sub-max")
    other.wait_for_url(f"{company.address}/groups/")
    assert other.get_by_role("button", name="Max Member").or_(other.get_by_text("Max Member")).count()


def test_a_stranger_reads_that_no_account_is_connected(company, new_page):
    page = new_page(language="fr")
    page.goto("/account/login/")
    assert page.locator("[name=password]").count() == (0 if is_alone(company) else 1)
    page.get_by_role("button", name="Continuer avec Corvanne ID").click()
    at_the_provider(page, "sub-elsewhere")
    page.get_by_role("heading", name="compte", exact=False).wait_for()
    assert page.url.startswith(f"{company.address}/sign-on/callback/")
