"""Posts and what hangs on them: revisions, mentions, reactions, submissions, drafts."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kit import clock, ids
from walls.models.threads import Thread
from walls.queries import PostQuerySet

POST_LIMIT = 50_000


class Post(models.Model):
    """One message of a thread; number 1 opens it."""

    SPACE_PATH = "thread__space"
    LABEL_PATH = "thread__label"

    untold: list[str]  # not a column: what `reply` answers beside the row

    public_id = ids.PublicIdField()
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="posts")
    number = models.PositiveIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts")
    source = models.TextField(help_text="Markdown as it was typed.")
    html = models.TextField(help_text="Rendered, sanitised, free of the viewer.")
    text = models.TextField(help_text="Plain words of it: for excerpts and the index.")
    text_language = models.CharField(max_length=5, blank=True)
    quotes = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="quoted_by")
    posted_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1, help_text="Thread version of its last visible change.")
    revision = models.PositiveIntegerField(default=1, help_text="Rises with each edit of the text.")
    edited_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reaction_count = models.PositiveIntegerField(default=0)
    tally = models.JSONField(default=dict, blank=True, help_text="Reactions by emoji, kept with the rows.")

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "number"], name="post_number_once")]
        indexes = [
            models.Index(fields=["thread", "version"], name="post_since"),
            models.Index(fields=["author", "-posted_at"], name="post_author"),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    def get_absolute_url(self) -> str:
        return f"/posts/{self.public_id}/"

    @property
    def mention_url(self) -> str:
        return f"/compose/people/?thread={self.thread.public_id}"

    @property
    def cites(self) -> bool:
        """True when the text itself says which post it answers."""
        return 'class="from"' in self.html

    @property
    def opens(self) -> bool:
        return self.number == 1


class Revision(models.Model):
    """An earlier text of a post, readable by whoever reads the post."""

    SPACE_PATH = "post__thread__space"
    LABEL_PATH = "post__thread__label"

    post = models.ForeignKey(Post, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    html = models.TextField()
    title = models.CharField(max_length=200, blank=True)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "number"], name="revision_once")]

    def __str__(self) -> str:
        return f"{self.post_id} revision {self.number}"


class Mention(models.Model):
    """A person named in a post by choice in the editor."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "person"], name="mention_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.post_id}"


class Reaction(models.Model):
    """One emoji of one person under one post."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="reactions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reactions")
    emoji = models.CharField(max_length=16)
    reacted_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "person", "emoji"], name="reaction_once")]

    def __str__(self) -> str:
        return f"{self.emoji} {self.post_id}"


class Submission(models.Model):
    """One press of Post: the key made with the draft, what was sent, and what came of it."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="submissions")
    key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, help_text="SHA-256 of what was sent.")
    posts = models.ManyToManyField(Post, related_name="submissions")
    sent_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "key"], name="submission_once")]

    def __str__(self) -> str:
        return self.key


class Draft(models.Model):
    """Unsent text kept on the server: where the device must not keep it, and for people without script."""

    public_id = ids.PublicIdField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    place = models.CharField(max_length=80, help_text="thread:<public id>, space:<public id> or home.")
    fields = models.JSONField(default=dict)
    kept_at = models.DateTimeField(default=clock.now)
    reason = models.CharField(max_length=200, blank=True, help_text="Why it was not posted, when it was refused.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "place"], name="draft_once")]

    def __str__(self) -> str:
        return self.place
