"""Pages of topics and tags; the administration of both."""
