"""Rows of the PostgreSQL engine by key first: by label first, the primary key looked like a way to find words.

The index is made beside those who write, and takes its place in a moment; what an attempt that was cut off left is made anew.
"""

from django.db import migrations


def turn(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("DROP INDEX CONCURRENTLY IF EXISTS search_row_by_key")
            cursor.execute("CREATE UNIQUE INDEX CONCURRENTLY search_row_by_key ON search_row (key, label)")
            cursor.execute(
                "ALTER TABLE search_row DROP CONSTRAINT search_row_pkey, "
                "ADD CONSTRAINT search_row_pkey PRIMARY KEY USING INDEX search_row_by_key"
            )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("search", "0001_postgresql_words")]
    operations = [migrations.RunPython(turn, migrations.RunPython.noop)]
