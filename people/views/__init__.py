"""Pages about accounts; the administration has its own package."""
