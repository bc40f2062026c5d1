"""The random machine: people do what comes to their minds in two worlds at once, and outsiders are sent the same.

``python -m tests.worlds.machine`` (``make worlds``) plays it for hours; ``test_machine`` for a minute.
"""
