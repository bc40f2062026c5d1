"""Rows of the PostgreSQL engine by key first: by label first, the primary key looked like a way to find words."""

from django.db import migrations


def turn(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("ALTER TABLE search_row DROP CONSTRAINT search_row_pkey, ADD PRIMARY KEY (key, label)")


class Migration(migrations.Migration):
    dependencies = [("search", "0001_postgresql_words")]
    operations = [migrations.RunPython(turn, migrations.RunPython.noop)]
