"""The doors to groups and conversations."""
