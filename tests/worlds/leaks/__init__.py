"""Planted leaks: the product with one mistake, made in the test's own process and nowhere else.

Each says which door of the promise it opens, how the mistake is made, and the shortest script that shows it.
"""
