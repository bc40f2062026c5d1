"""Addresses of walls. ``kit.markdown.ADDRESSES`` names four of them; a contract test holds the two together."""

from __future__ import annotations

from django.urls import path, re_path

from walls.views import classification, compose, feeds, marks, pictures, posts, replies, restricting, states, threads

app_name = "walls"

urlpatterns = [
    path("", feeds.home, name="home"),
    path("wall/", feeds.company_wall, name="company-wall"),
    path("saved/", feeds.saved, name="saved"),
    path("classification/", classification.share_list, name="classification"),
    path("groups/<slug:public_id>/classification/", classification.work_list, name="classification-work"),
    path("rows/", feeds.feed_rows, name="feed-rows"),
    path("read/", marks.feed_read, name="feed-read"),
    path("drafts/", compose.drafts, name="drafts"),
    path("drafts/keep/", compose.draft_keep, name="draft-keep"),
    path("drafts/<slug:public_id>/drop/", compose.draft_drop, name="draft-drop"),
    path("compose/audience/", compose.compose_audience, name="compose-audience"),
    path("compose/similar/", compose.compose_similar, name="compose-similar"),
    path("compose/people/", compose.compose_people, name="compose-people"),
    path("compose/named/", compose.compose_named, name="compose-named"),
    path("compose/preview/", compose.preview, name="preview"),
    path("pictures/", pictures.picture_create, name="picture-create"),
    path("pictures/<slug:public_id>/", pictures.picture_show, name="picture-show"),
    path("pictures/<slug:public_id>/<str:size>/", pictures.picture_show, name="picture-show-small"),
    path("threads/new/", compose.thread_create, name="thread-create"),
    path("threads/<slug:public_id>/", threads.thread_detail, name="thread-detail"),
    path("threads/<slug:public_id>/posts/", threads.thread_posts, name="thread-posts"),
    path("threads/<slug:public_id>/changes/", threads.thread_changes, name="thread-changes"),
    path("threads/<slug:public_id>/similar/", threads.thread_similar, name="thread-similar"),
    path("threads/<slug:public_id>/reply/", replies.reply_create, name="reply-create"),
    path("threads/<slug:public_id>/read/", marks.thread_read, name="thread-read"),
    path("threads/<slug:public_id>/unread/", marks.thread_unread, name="thread-unread"),
    path("threads/<slug:public_id>/status/", states.thread_status, name="thread-status"),
    path("threads/<slug:public_id>/reopen/", states.thread_reopen, name="thread-reopen"),
    path("threads/<slug:public_id>/unaccept/", states.thread_unaccept, name="thread-unaccept"),
    path("threads/<slug:public_id>/classify/", states.thread_classify, name="thread-classify"),
    path("threads/<slug:public_id>/move/", states.thread_move, name="thread-move"),
    path("threads/<slug:public_id>/restrict/", restricting.thread_restrict, name="thread-restrict"),
    re_path(r"^threads/(?P<public_id>[-\w]+)/(?P<verb>pin|unpin)/$", states.thread_pin, name="thread-pin"),
    re_path(r"^threads/(?P<public_id>[-\w]+)/(?P<verb>vote|unvote)/$", states.thread_vote, name="thread-vote"),
    re_path(
        r"^threads/(?P<public_id>[-\w]+)/(?P<verb>follow|unfollow|mute|save|unsave)/$",
        marks.thread_mark,
        name="thread-mark",
    ),
    path("posts/<slug:public_id>/", posts.post_detail, name="post-detail"),
    path("posts/<slug:public_id>/edit/", posts.post_edit, name="post-edit"),
    path("posts/<slug:public_id>/delete/", posts.post_delete, name="post-delete"),
    path("posts/<slug:public_id>/restore/", posts.post_restore, name="post-restore"),
    path("posts/<slug:public_id>/react/", posts.post_react, name="post-react"),
    path("posts/<slug:public_id>/accept/", posts.post_accept, name="post-accept"),
    path("posts/<slug:public_id>/history/", posts.post_history, name="post-history"),
]
