"""Break-glass by hand: one administrator asks on a desktop, the other approves on a phone, and the group sees it."""

from __future__ import annotations

from tests.journeys.conftest import VARIANTS

REASON = "A complaint of 12 November names this group."


def test_two_administrators_open_a_hidden_group_and_its_people_see_it(sign_in, company, do, axe, look, is_narrow_safe):
    group = do("make_group", by="reader", name="Lantern", type="hidden")["space"]
    admin = sign_in("admin")

    def seen(page, name):
        axe(page)
        is_narrow_safe(page)
        look(page, f"access-{name}", is_full=True)

    admin.goto("/admin/access/")
    admin.get_by_text("You are the only administrator", exact=True).wait_for()
    seen(admin, "alone")
    do("administer", person="luc")
    account = f"/admin/people/{company.people['outsider']['public_id']}/"
    admin.goto(account)
    admin.get_by_role("button", name="Make administrator").click()
    admin.get_by_text("administers the company").first.wait_for()

    admin.goto("/admin/access/")
    main = admin.get_by_role("main")
    main.get_by_label("Address").fill("Lantern")
    main.get_by_label("Reason").fill(REASON)
    main.get_by_role("button", name="Ask for access").click()
    admin.get_by_text("Ask for the link").first.wait_for()
    assert main.get_by_label("Reason").input_value() == REASON
    seen(admin, "refused")
    main.get_by_label("Address").fill(f"{company.address}/groups/{group}/")
    main.get_by_label("1 hour", exact=True).check()
    main.get_by_label("Address").press("Enter")
    admin.get_by_text("Your request waits").first.wait_for()
    seen(admin, "waiting")
    assert admin.goto(f"/groups/{group}/").status == 404

    newcomer = sign_in("outsider", VARIANTS["mobile-light"])
    newcomer.goto("/admin/access/")
    newcomer.get_by_text("You can approve from").wait_for()
    assert newcomer.get_by_role("button", name="Approve").count() == 0
    seen(newcomer, "not-yet")

    second = sign_in("luc", VARIANTS["mobile-dark"], language="fr")
    second.goto("/admin/access/")
    seen(second, "to-decide")
    # On a phone the words take what is beside the state, not a column of the desktop's.
    assert second.locator(".healthlist li > div").first.bounding_box()["width"] > 240
    second.get_by_role("button", name="Approuver la demande de Ada Admin").click()
    second.get_by_text("C’est inscrit au journal").first.wait_for()
    seen(second, "approved")
    second.goto("/admin/log/")
    seen(second, "log")
    assert second.goto(f"/groups/{group}/").status == 404

    assert admin.goto(f"/groups/{group}/").status == 200
    admin.get_by_text("You read this by break-glass").wait_for()
    assert admin.get_by_role("textbox", name="Write to").count() == 0
    seen(admin, "reads")
    manager = sign_in("reader", VARIANTS["mobile-light"])
    manager.goto(f"/groups/{group}/")
    manager.get_by_text("Ada Admin can read this by break-glass").wait_for()
    manager.get_by_text(REASON).wait_for()
    seen(manager, "seen-by-its-manager")

    second.goto("/admin/access/")
    second.get_by_role("button", name="Y mettre fin").click()
    second.get_by_text("L’accès est terminé").first.wait_for()
    assert admin.goto(f"/groups/{group}/").status == 404
    admin.goto("/admin/log/")
    admin.get_by_text("ended an access").first.wait_for()
    seen(admin, "log-after")
    admin.get_by_role("button", name="Copy the head").click()
    admin.get_by_role("button", name="Copied", exact=True).wait_for()
    for name in ("luc", "outsider"):
        admin.goto(f"/admin/people/{company.people[name]['public_id']}/")
        admin.get_by_role("button", name="End administration").click()
        admin.get_by_text("administers no more").first.wait_for()
