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
READERS_FACTS = (
    "access.started",
    "access.ended",
    "membership.started",
    "membership.ended",
    "space.visibility-changed",
)
WALL_FACTS = ("thread.posted", "post.posted")


class WallsConfig(AppConfig):
    name = "walls"

    def ready(self) -> None:
        from kit import facts, slots
        from kit.navigation import ACTIONS
        from walls import feeds, live, navigation
        from walls.services import merging, pictures
        from walls.views import classification
        from walls.views import feeds as walls_shown

        slots.fill("live.streams", "thread", live.ThreadStream("thread"))
        slots.fill("live.streams", "row", live.ThreadStream("row"))
        slots.fill("live.streams", "wall", live.WallStream())
        slots.fill("live.streams", "readers", live.ReadersStream())
        slots.fill(ACTIONS, "walls", navigation.actions_of, order=10)
        slots.fill("group.wall", "walls", walls_shown.wall_of_space)
        slots.fill("profile.wall", "walls", walls_shown.wall_of_person)
        slots.fill("topic.wall", "walls", walls_shown.wall_of_topic)
        slots.fill("tag.wall", "walls", walls_shown.wall_of_tag)
        slots.fill("topic.counts", "walls", feeds.counts_by_topic)
        slots.fill("topic.unread", "walls", feeds.unread_by_topic)
        slots.fill("tag.counts", "walls", feeds.counts_by_tag)
        slots.fill("spaces.unread", "walls", feeds.unread_by_space)
        slots.fill("spaces.spoken-last", "walls", feeds.spoken_last)
        slots.fill("spaces.storage", "walls", feeds.storage_of)
        slots.fill("space.contents", "walls", feeds.contents_of)
        slots.fill("group.manage", "walls", classification.block_of_group)
        slots.fill("blobs.cited", "walls", pictures.pictures_cited)
        slots.fill("schedule", "walls.erase_deleted", 300)
        slots.fill("schedule", "walls.drop_unused_pictures", 3600)
        facts.subscribe("topic.merged", merging.hear_topic_merged, phase=facts.IN_TRANSACTION)
        facts.subscribe("tag.merged", merging.hear_tag_merged, phase=facts.IN_TRANSACTION)
        for name in THREAD_FACTS:
            facts.subscribe(name, live.tell_thread)
        for name in READERS_FACTS:
            facts.subscribe(name, live.tell_readers)
        for name in WALL_FACTS:
            facts.subscribe(name, live.tell_wall)
