"""The two-world test: whoever is outside a hidden group is sent the same bytes as if it had never been made."""
