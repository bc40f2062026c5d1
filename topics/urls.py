"""Addresses of topics and tags."""

from django.urls import path

from topics.views import administration, tags, topics

app_name = "topics"
urlpatterns = [
    path("topics/", topics.topic_list, name="topic-list"),
    path("topics/<slug:public_id>/", topics.topic_detail, name="topic-detail"),
    path("topics/<slug:public_id>/follow/", topics.topic_follow, name="topic-follow"),
    path("tags/<str:name>/", tags.tag_detail, name="tag-detail"),
    path("admin/topics/", administration.topics, name="admin-topics"),
    path("admin/topics/<slug:public_id>/", administration.topic, name="admin-topic"),
    path("admin/topics/<slug:public_id>/<slug:verb>/", administration.topic_do, name="admin-topic-do"),
    path("admin/tags/", administration.tags, name="admin-tags"),
    path("admin/tags/<str:name>/", administration.tag_merge, name="admin-tag-merge"),
]
