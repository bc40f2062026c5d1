"""Every door through which products of this kind have leaked, with the planted leaks that stand for it.

The doors are those of the promise "nobody learns what they may not know". One without a leak says why: what it would
lead to does not exist yet, or where it is tested instead. A new leak without a door, or a door without a leak, fails.
"""

from __future__ import annotations

#: door: names of its leaks
DOORS: dict[str, tuple[str, ...]] = {
    # Search
    "hits after a move or a removal, with the index stopped": ("hits are shown as the index has them",),
    "counts": ("the count is of all posts", "topics count all threads"),
    "page numbers, load more": ("more is offered when there are more for others",),
    "score and order of public hits": ("the order follows how rare a word is everywhere",),
    "did you mean": (
        "a slip is mended with words of everybody",
        "words of everybody are fetched to mend a slip",
    ),
    "prefix suggestions and the palette": (
        "suggestions are kept for whoever comes next",
        "what was opened last is named unasked",
    ),
    "facets": ("facets count all documents",),
    "tag clouds and words in use": (
        "a tag page opens for every word in use",
        "the list of tags counts everywhere",
        "tags stand in the order of their first use",
    ),
    "filters used as an oracle": ("a tag is looked for among those of everybody",),
    "already asked, close to this": (
        "already asked counts threads of everybody",
        "close to this shows threads of everybody",
    ),
    # Existence
    "address by name, slug or id": ("a group opens by its id", "a group redirects to its name"),
    "lists and filters": (
        "employees read hidden groups",
        "administrators know hidden groups",
        "the directory lists every group",
        "the filter hidden is offered when there are any",
    ),
    "name collisions on creation and rename": (
        "names of groups are unique over hidden ones",
        "a group cannot take the name of a hidden one",
    ),
    "403 against 404": ("what may not be opened is forbidden and not missing",),
    "wording of the error page": ("the error page names the group",),
    "headers of the error page": ("the error page carries a header of the thing",),
    "cookies of the error page": ("the error page sets a cookie where something is",),
    "sequential ids and gaps in them": ("public ids count", "the version of a feed is a sequence"),
    "totals": ("the name of the company counts its groups", "the page of the company counts posts"),
    "groups named on profiles and selectors": ("a profile names every group",),
    # Membership
    "mention check": ("who can be mentioned is asked of any group",),
    "readers of a place": ("the audience line counts the readers of any group", "the member list opens by id"),
    "invitations": ("invitations of everybody are listed",),
    "levels of a group": ("what is told of a group is said by its id",),
    "conversations": ("a conversation opens by its id",),
    "presence": ("who is here counts who is anywhere",),
    "typing": ("whoever types is seen everywhere",),
    "last seen": ("a profile tells when somebody last wrote",),
    "points, counts of what somebody wrote": ("a profile counts what somebody wrote",),
    "order of people": ("the directory is ordered by activity",),
    "works with": ("a profile lists whom somebody shares groups with",),
    # Real time
    "socket open after removal": ("whoever was let in once goes on watching",),
    "guessed channel names": (
        "a thread is watched by whoever knows its id",
        "a wall is watched by whoever knows its id",
        "who reads a group is watched by whoever knows its id",
        "an inbox is watched by others",
    ),
    "gone against silence": ("only what there is is said to be gone",),
    "one stream for all": ("every tab hears that something happened",),
    # Mail and notices
    "rights at the time of telling": ("all are told whatever they may read",),
    "counters": (
        "the badge counts what others have not read",
        "the version of an inbox is that of all inboxes",
    ),
    "mails": ("a mail goes to everybody",),
    "mails planned before and sent after a removal": ("a mail tells what its reader might see when it was planned",),
    "digests": ("a digest tells of every wall",),
    "headers of mails": ("the message id counts every fact", "the message id of a notice counts every fact"),
    # Files
    "original": ("a picture opens by its id",),
    "thumbnail, by HEAD": ("a thumbnail is not checked",),
    "by Range": ("a part of a picture is not checked",),
    "upload of what is there already": ("the same picture is kept once for everybody",),
    # Objects round a post
    "a thing by its id": ("a thread opens with the rights of its author", "a post leads to its thread"),
    "reading marks": ("anything can be marked as read",),
    "drafts": ("a draft opens for everybody",),
    "rows and changes of a list": ("a row is drawn by its id", "what changed is told with the rights of the author"),
    "quotes": ("a reply quotes any post",),
    "moves and lines of history": ("a moved thread says where it was",),
    "ties": ("a message to two walls names both",),
    "back-links": ("a link is shown with the title of its thread",),
    # People and administration
    "what administrators are shown of people": (
        "an administrator is shown the groups of a person",
        "the list of accounts counts memberships",
        "the page of an account counts its posts",
    ),
    # Side channels
    "statements": ("a group that exists costs a query more",),
    "rows fetched": ("a group is fetched before it is asked who may know it",),
    "calls of caches": ("a group that exists costs a look into the cache",),
    "cached fragments": ("a block of the side bar is kept for all who have the same",),
    "shared caches": ("one page is kept for the whole site",),
    "ETag": ("an etag counts every post",),
}
#: doors without a leak here, and why
ELSEWHERE = {
    "response time": "test_timing plants its own delay and finds it",
    "saved searches, reminders": "there are none yet",
    "read receipts, heat maps, leader boards": "there are none yet",
    "replay after reconnect; foreign, null or trick Origin": "tests/live, tests/hardening/test_frames",
    "socket open after leave, ban, deactivation, password change, sign-out elsewhere": "tests/live, tests/people",
    "push, feeds, webhooks, reply by mail, link previews": "there are none yet; a new sender fails"
    " test_nothing_forgotten",
    "sitemap": "there is none",
    "text extracts, poster frames, versions and diffs of files": "there are no files but pictures yet",
    "path tricks through the front server": "tests/cluster/test_doors",
    "GPS and device data in photos": "pictures are drawn anew: tests/bounds, tests/hardening",
    "polls, tasks, scheduled posts, merges and splits": "there are none yet",
    "moderation queues, impersonation, exports, dashboards": "there are none yet",
    "logs, metrics and error reports": "tests/intranet, tests/kit: no content in any of them",
    "compression of secret with reflected text, Content-Length": "tests/frame/test_compression; sizes are compared",
    "the directory for guests, former members": "tests/profiles; the views of both are compared",
}
