"""The server profile on one machine: every part a real process on a free loopback port, kept by one keeper.

``topology`` says which parts there are and how they find each other, ``keeper`` starts, watches and ends them.
"""
