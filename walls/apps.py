from django.apps import AppConfig

# A visible change of a thread: every screen that shows it hears of it.
THREAD_FACTS = (
    "post.posted",
    "post.edited",
    "post.deleted",
    "post.restored",
    "post.reacted",
    "thread.answered",
    "thread.status-changed",
    "thread.pinned",
    "thread.unpinned",
    "thread.voted",
    "thread.reclassified",
    "thread.moved",
)
WALL_FACTS = ("thread.posted", "post.posted")


class WallsConfig(AppConfig):
    name = "walls"

    def ready(self) -> None:
        from kit import facts, slots
        from walls import live

        slots.fill("live.streams", "thread", live.ThreadStream("thread"))
        slots.fill("live.streams", "row", live.ThreadStream("row"))
        slots.fill("live.streams", "wall", live.WallStream())
        for name in THREAD_FACTS:
            facts.subscribe(name, live.tell_thread)
        for name in WALL_FACTS:
            facts.subscribe(name, live.tell_wall)
