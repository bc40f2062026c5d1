"""The engine on PostgreSQL: words as tsvectors in a table of their own, written in the transaction of the post."""
