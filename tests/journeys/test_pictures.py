"""A picture comes into a text by drop, by paste, by choosing and by the phone's camera, and is seen by its readers."""

from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.journeys.conftest import VARIANTS

PUT = """([area, encoded, how]) => {
  const bytes = Uint8Array.from(atob(encoded), (sign) => sign.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "seal.png", { type: "image/png" }));
  const options = { bubbles: true, cancelable: true };
  const event = how === "paste"
    ? new ClipboardEvent("paste", { ...options, clipboardData: carried })
    : new DragEvent(how, { ...options, dataTransfer: carried });
  return !area.dispatchEvent(event);
}"""


def png(size: int = 120) -> bytes:
    content = io.BytesIO()
    Image.effect_noise((size, size), 60).save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def writing(sign_in, company):
    """``writing(variant)``: a page with an open thread, and its reply field."""

    def make(variant=VARIANTS["desktop-light"], who="member"):
        page = sign_in(who, variant)
        page.goto(f"/threads/{company.threads['plain']}/")
        field = page.locator("#reply-body")
        field.click()
        page.locator("picture-drop:defined").first.wait_for()
        return page, field

    return make


def post_and_look(page, field, text: str) -> None:
    expect(field).to_have_value(re.compile(r"\]\(picture:"), timeout=15_000)
    field.press("End")
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")
    shown = page.locator("#posts article.post:not(.pending)", has_text=text)
    picture = shown.locator("img")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("(node) => node.naturalWidth") > 0


@pytest.mark.parametrize("how", ["drop", "paste"])
def test_a_picture_put_on_the_field_stands_in_the_post(writing, how):
    page, field = writing()
    handle = field.element_handle()
    encoded = base64.b64encode(png()).decode()
    if how == "drop":
        assert page.evaluate(PUT, [handle, encoded, "dragover"])
        assert page.locator("picture-drop[data-over]").count() == 1
    assert page.evaluate(PUT, [handle, encoded, how]), "the browser would have opened the picture instead of the post"
    post_and_look(page, field, f"By {how}.")


@pytest.mark.parametrize(("button", "name"), [("[data-attach]", "desktop-light"), ("[data-camera]", "mobile-light")])
def test_a_picture_is_chosen_or_taken_with_the_phone(writing, button, name):
    page, field = writing(VARIANTS[name])
    with page.expect_file_chooser() as asked:
        page.locator(f"#reply {button}:visible").first.click()
    chooser = asked.value
    assert chooser.element.get_attribute("capture") == ("environment" if button == "[data-camera]" else None)
    chooser.set_files([{"name": "pump.png", "mimeType": "image/png", "buffer": png()}])
    post_and_look(page, field, f"Chosen by {button}.")


def test_what_is_no_picture_is_refused_in_place_and_the_text_stays(writing, axe):
    page, field = writing()
    field.fill("My words")
    encoded = base64.b64encode(b"MZ this is a program").decode()
    page.evaluate(PUT, [field.element_handle(), encoded, "drop"])
    said = page.locator("[data-failure]")
    said.wait_for()
    assert said.get_attribute("role") == "alert"
    axe(page)
    assert field.input_value() == "My words"
    said.get_by_role("button", name="Close").click()
    said.wait_for(state="detached")


def test_a_cut_wire_offers_to_send_the_picture_again(writing):
    page, field = writing()
    page.route("**/pictures/", lambda route: route.abort())
    page.evaluate(PUT, [field.element_handle(), base64.b64encode(png()).decode(), "drop"])
    again = page.get_by_role("button", name="Try again")
    again.wait_for()
    page.unroute("**/pictures/")
    again.click()
    post_and_look(page, field, "After the cut.")
