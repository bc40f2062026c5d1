"""Parvis among the apps of a device: its worker, being off line, what other apps share, signing out."""

from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.journeys.conftest import VARIANTS

BUILT = re.compile(r"/static/[\w./-]+-[0-9A-Z]{8}\.\w+$")
OFFLINE = re.compile(r"/offline/\?language=(en|fr)$")
PHONE = VARIANTS["mobile-light"]

# Whether the worker has the page; not where it came up while the page was on its way: it has the next one then.
# (A script that is evaluated has no limit of its own: a worker that never comes would hold up all journeys.)
READY = """async () => {
  const began = Date.now();
  while (!navigator.serviceWorker.controller) {
    const waited = Date.now() - began;
    if (waited > 3000 && (await navigator.serviceWorker.getRegistration())?.active) return false;
    if (waited > 30000) throw new Error("no worker came within 30 s");
    await new Promise((done) => setTimeout(done, 50));
  }
  return true;
}"""
KEPT = """async () => {
  const kept = [];
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys()) kept.push([name, url]);
  return kept;
}"""
WAITING = """async () => {
  const open = indexedDB.open("parvis");
  await new Promise((done) => (open.onsuccess = done));
  const count = (name) => new Promise((done) => {
    const asked = open.result.transaction(name).objectStore(name).getAll();
    asked.onsuccess = () => done(asked.result.length);
  });
  const found = { shared: await count("shared"), said: await count("said") };
  open.result.close();
  return found;
}"""
# What a device does when another app shares: it posts the form of the manifest, as a page of its own.
SHARE = """([title, text, url, pictures]) => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: "/share/", enctype: "multipart/form-data" });
  for (const [name, value] of Object.entries({ title, text, url })) {
    const field = document.createElement("textarea");
    Object.assign(field, { name, value });
    form.append(field);
  }
  const files = document.createElement("input");
  Object.assign(files, { type: "file", name: "pictures", multiple: true });
  const carried = new DataTransfer();
  for (const [name, encoded] of pictures) {
    const bytes = Uint8Array.from(atob(encoded), (sign) => sign.charCodeAt(0));
    carried.items.add(new File([bytes], name, { type: "image/png" }));
  }
  files.files = carried.files;
  form.append(files);
  document.body.append(form);
  form.submit();
}"""


def png(colour: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (160, 120), colour).save(content, "PNG")
    return content.getvalue()


def with_worker(page, path: str = "/"):
    page.goto(path)
    if not page.evaluate(READY):
        page.reload()
        assert page.evaluate(READY)
    return page


def share(page, *, title: str = "", text: str = "", url: str = "", pictures: dict[str, bytes] | None = None):
    encoded = [[name, base64.b64encode(content).decode()] for name, content in (pictures or {}).items()]
    with page.expect_navigation(url=re.compile(r"shared|login")):
        page.evaluate(SHARE, [title, text, url, encoded])
    return page


def sign_in_at_the_door(page, company, who: str) -> None:
    page.get_by_label("Work email").fill(company.people[who]["email"])
    page.get_by_label("Password", exact=True).fill(company.password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_the_device_keeps_built_files_and_the_offline_pages_and_nothing_else(sign_in, company):
    page = with_worker(sign_in("member", has_worker=True))
    for path in (
        "/inbox/",
        f"/threads/{company.threads['plain']}/",
        f"/threads/{company.threads['hidden']}/",
        "/threads/new/",
    ):
        page.goto(path, wait_until="networkidle")
    page.locator("#compose-body").fill("Some words of mine")
    page.get_by_role("button", name="Bold").wait_for()
    kept = page.evaluate(KEPT)
    assert len({name for name, _ in kept}) == 1
    assert {url.rpartition("=")[2] for _, url in kept if OFFLINE.search(url)} == {"en", "fr"}
    assert [url for _, url in kept if not BUILT.search(url) and not OFFLINE.search(url)] == []
    assert any("/editor-" in url for _, url in kept), "the parts fetched later are kept once they were fetched"


def test_a_new_build_leaves_nothing_of_the_old_one(sign_in):
    page = sign_in("member", has_worker=True)
    page.goto("/keys/")
    page.evaluate(
        "caches.open('parvis-shell-00000000').then(old => old.put('/static/old-00000000.js', new Response('old')))"
    )
    page.evaluate("navigator.serviceWorker.getRegistration().then(one => one?.unregister())")
    with_worker(page, "/keys/")
    page.wait_for_function("caches.keys().then(names => names.length === 1)")
    assert not any("old-" in url for _, url in page.evaluate(KEPT))


@pytest.mark.parametrize(
    ("who", "browser_speaks", "title", "again"),
    [("member", "en", "No connection", "Try again"), ("french", "en", "Pas de connexion", "Réessayer")],
)
def test_without_a_connection_the_calm_page_stands_in_for_every_other(
    sign_in, company, axe, is_narrow_safe, look, who, browser_speaks, title, again
):
    page = with_worker(sign_in(who, PHONE, language=browser_speaks, has_worker=True))
    page.wait_for_function(f"({WAITING})().then(kept => kept.said === 1)")
    thread = f"/threads/{company.threads['plain']}/"
    page.context.set_offline(True)
    page.goto(thread)
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    assert page.get_by_role("link", name=again).evaluate("node => node.href").endswith(thread)
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"Hanken Grotesk\"'))")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.btn.primary')).backgroundColor")
        == "oklch(0.455 0.15 262)"
    )
    text = page.locator("body").inner_text()
    assert "Corvanne" not in text and company.people[who]["name"] not in text
    axe(page)
    is_narrow_safe(page)
    look(page, f"offline-{who}")
    page.context.set_offline(False)
    # Back by itself, where one was.
    page.locator("#reply-body").wait_for()
    assert page.url.endswith(thread)


def test_a_picture_and_a_text_of_another_app_come_into_the_composer_and_are_posted(sign_in, company, axe):
    page = with_worker(sign_in("member", PHONE, has_worker=True))
    share(page, title="Seal of pump 7", text="Worn on one side", url="https://example.org/seal",
          pictures={"left.png": png("red"), "right.png": png("blue")})  # fmt: skip
    body = page.locator("#compose-body")
    expect(body).to_have_value(re.compile(r"(\]\(picture:[\s\S]*){2}"), timeout=20_000)
    assert page.locator("#compose-title").input_value() == "Seal of pump 7"
    assert body.input_value().startswith("Worn on one side\n\nhttps://example.org/seal")
    assert page.url.endswith("/threads/new/")
    page.wait_for_function(f"({WAITING})().then(kept => kept.shared === 0)")
    assert page.locator("[data-shared-gone]").is_hidden()
    axe(page)
    page.locator("#compose button.primary").click()
    page.get_by_role("heading", name="Seal of pump 7").wait_for()
    pictures = page.locator("article.post .prose img")
    expect(pictures).to_have_count(2)
    for at in range(2):
        expect(pictures.nth(at)).to_have_js_property("complete", True)
        assert pictures.nth(at).evaluate("node => node.naturalWidth") > 0


def test_what_is_shared_goes_below_what_was_already_written(sign_in):
    page = with_worker(sign_in("manager", has_worker=True), "/threads/new/")
    page.locator("#compose-title").fill("Half a thought")
    page.locator("#compose-body").fill("Written before")
    page.wait_for_timeout(600)
    share(page, title="A page", text="Read this https://example.org/a", url="https://example.org/a")
    expect(page.locator("#compose-body")).to_have_value("Written before\n\nA page\n\nRead this https://example.org/a")
    expect(page.locator("#compose-title")).to_have_value("Half a thought")


def test_a_picture_that_did_not_get_through_is_tried_again_from_the_device(sign_in):
    page = with_worker(sign_in("member", has_worker=True))
    page.route("**/pictures/", lambda route: route.abort())
    share(page, pictures={"pump.png": png("green")})
    page.locator("[data-failure]").wait_for()
    page.unroute("**/pictures/")
    page.goto("/threads/new/")
    expect(page.locator("#compose-body")).to_have_value(re.compile(r"\]\(picture:"), timeout=20_000)
    page.wait_for_function(f"({WAITING})().then(kept => kept.shared === 0)")


def test_what_waited_longer_than_an_hour_is_gone_and_said(new_page, company):
    page = with_worker(new_page(has_worker=True), "/account/login/")
    share(page, text="An old thought")
    page.evaluate("""async () => {
      const open = indexedDB.open("parvis");
      await new Promise((done) => (open.onsuccess = done));
      const store = open.result.transaction("shared", "readwrite").objectStore("shared");
      await new Promise((done) => (store.openCursor().onsuccess = ({ target }) => {
        const row = target.result;
        if (!row) return done();
        row.update({ ...row.value, at: row.value.at - 3_600_001 });
        row.continue();
      }));
      open.result.close();
    }""")
    sign_in_at_the_door(page, company, "outsider")
    expect(page.get_by_role("status").filter(has_text="What you shared is no longer here")).to_be_visible()
    assert page.locator("#compose-body").input_value() == ""
    page.wait_for_function(f"({WAITING})().then(kept => kept.shared === 0)")


def test_who_is_signed_out_signs_in_first_and_then_finds_it_and_signing_out_leaves_nothing(new_page, company):
    page = with_worker(new_page(PHONE, has_worker=True), "/account/login/")
    share(page, text="From the train", pictures={"train.png": png("yellow")})
    assert "/account/login/" in page.url
    sign_in_at_the_door(page, company, "reader")
    expect(page.locator("#compose-body")).to_have_value(
        re.compile(r"From the train[\s\S]*\]\(picture:"), timeout=20_000
    )
    page.route("**/pictures/", lambda route: route.abort())
    share(page, pictures={"second.png": png("black")})
    page.locator("[data-failure]").wait_for()
    assert page.evaluate(WAITING)["shared"] == 1
    page.unroute("**/pictures/")
    page.locator(".top details.menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in to").wait_for()
    page.wait_for_function(f"({WAITING})().then(kept => kept.shared === 0)")
    assert [url for _, url in page.evaluate(KEPT) if not BUILT.search(url) and not OFFLINE.search(url)] == []
    assert company.people["reader"]["public_id"] not in page.evaluate("JSON.stringify(sessionStorage)")


def test_a_session_that_ended_elsewhere_leaves_nothing_either(new_page, company):
    page = with_worker(new_page(has_worker=True), "/account/login/")
    sign_in_at_the_door(page, company, "reader")
    page.route("**/pictures/", lambda route: route.abort())
    page.get_by_role("link", name="New thread").first.wait_for()
    page.wait_for_function("localStorage.getItem('parvis:here') === '1'")
    share(page, pictures={"left.png": png("white")})
    page.locator("[data-failure]").wait_for()
    page.context.clear_cookies()
    page.goto("/inbox/")
    page.wait_for_function(f"({WAITING})().then(kept => kept.shared === 0)")


def test_without_a_worker_it_is_said_that_nothing_came(sign_in, axe):
    page = sign_in("member")
    page.goto("/keys/")
    share(page, title="Lost", text="on the way")
    said = page.get_by_role("status").filter(has_text="What you shared did not come along")
    said.wait_for()
    axe(page)
    assert page.locator("#compose-body").input_value() == ""


def test_the_number_on_the_icon_is_the_number_of_unread_entries(sign_in, company, do):
    page = sign_in("luc", PHONE)
    page.add_init_script("""
      window.shown = [];
      navigator.setAppBadge = async (count) => void window.shown.push(count);
      navigator.clearAppBadge = async () => void window.shown.push(0);
    """)
    page.goto("/")
    before = page.evaluate("window.shown.at(-1)")
    luc = company.people["luc"]
    text = f"[@Luc Moreau](person:{luc['public_id']}) look"
    do("open_thread", by="manager", space=company.spaces["common"], title="For Luc", text=text)
    page.wait_for_function("before => window.shown.at(-1) === before + 1", arg=before)


def test_installing_waits_in_the_menu_and_the_preferences_until_it_is_asked_for(sign_in, axe):
    page = sign_in("member", PHONE)
    page.goto("/preferences/")
    assert page.locator("[data-install]:visible").count() == 0
    asked = page.evaluate("""() => {
      const offer = new Event("beforeinstallprompt", { cancelable: true });
      offer.prompt = () => (window.prompted = true);
      return dispatchEvent(offer);
    }""")
    assert not asked, "the browser's own pop-up is held back"
    axe(page)
    page.get_by_role("button", name="Install Parvis on this device").first.click()
    assert page.evaluate("window.prompted")
    assert page.locator("[data-install]:visible").count() == 0


@pytest.fixture
def window(browser_type, browser_type_launch_args, company, tmp_path):
    """A window as an installed app has it, with nothing of a browser round it; the member is signed in."""
    options = {**browser_type_launch_args}
    options["args"] = [*options["args"], f"--app={company.address}/account/login/"]
    size = {"width": PHONE.width, "height": PHONE.height}
    context = browser_type.launch_persistent_context(
        tmp_path,
        **options,
        base_url=company.address,
        viewport=size,
        locale="en-GB",
        ignore_default_args=["about:blank"],
    )
    session = company.people["member"]["session"]
    context.add_cookies([{"name": company.cookie, "value": session, "url": company.address}])
    yield context.pages[0]
    context.close()


def test_a_browser_finds_all_it_asks_of_an_app_and_the_window_brings_the_way_back_along(window, axe, is_narrow_safe):
    page = with_worker(window)
    asked = page.context.new_cdp_session(page)
    assert asked.send("Page.getAppManifest")["errors"] == []
    assert asked.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    page.goto("/groups/")
    page.goto("/inbox/")
    back = page.get_by_role("link", name="Back", exact=True)
    box = back.bounding_box()
    assert box and box["width"] >= 32 and box["height"] >= 32
    axe(page)
    is_narrow_safe(page)
    page.goto("/preferences/")
    assert page.get_by_role("heading", name="Parvis on your home screen").is_hidden()
    page.go_back()
    back.click()
    page.wait_for_url("**/groups/")


def test_in_a_browser_the_page_has_no_second_way_back(sign_in):
    page = sign_in("member", PHONE)
    page.goto("/inbox/")
    assert page.locator("[data-back]").is_hidden()
