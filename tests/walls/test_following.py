"""Home's list is one order over all its sources, whichever of them fills the page."""

from __future__ import annotations

import datetime as dt

import pytest

from groups import services as groups
from kit import clock
from walls import feeds, listing
from walls import services as walls
from walls.models import Follow, FollowState

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def posted(cast, space: str, ago: dt.timedelta):
    with clock.set_to(clock.now() - ago):
        return walls.post_thread(author=cast.manager, spaces=cast.spaces[space], source=f"In {space}, {ago} ago")[0]


def pages(viewer) -> list[list[int]]:
    found, cursor = [], ""
    while not found or cursor:
        page = feeds.FOLLOWING.page(viewer, cursor)
        found.append([thread.pk for thread in page.threads])
        cursor = page.next_cursor
    return found


@pytest.mark.parametrize("own", [0, 3, listing.ROWS, listing.ROWS + 1, listing.ROWS + 7], ids="{} of my own".format)
def test_threads_one_follows_stand_among_those_of_ones_groups_by_their_time(cast, own):
    viewer = cast.member
    groups.leave(person=viewer, space=cast.spaces["open"])
    threads = [posted(cast, "closed", 2 * number * HOUR) for number in range(1, own + 1)]
    # Followed on a wall that is not one's own: newer than all, between them, at the edge of the page, older than all.
    edge = 2 * listing.ROWS
    elsewhere = [1, 7, edge - 1, edge + 1, edge + 3, edge + 5, 24 * 40, 24 * 400]
    threads += [posted(cast, "open", hours * HOUR) for hours in elsewhere]
    for thread in threads[own:]:
        Follow.objects.create(person=viewer, thread=thread, state=FollowState.FOLLOWING)
    inside = {thread.pk for thread in threads}
    expected = [thread.pk for thread in sorted(threads, key=lambda thread: thread.active_at, reverse=True)]
    seen = pages(viewer)
    assert [pk for page in seen for pk in page if pk in inside] == expected
    assert [len(page) for page in seen[:-1]] == [listing.ROWS] * (len(seen) - 1)
