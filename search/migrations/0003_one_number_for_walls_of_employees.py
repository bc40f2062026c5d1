"""One gate number for all walls that every employee reads, in rows that were written with one for each."""

from django.db import migrations

MARKS = """
UPDATE search_row r SET marks = ARRAY[1, r.marks[2]] FROM groups_space s
WHERE r.label = 'walls.post' AND s.id = r.marks[1] / 2 AND s.type IN ('common', 'personal', 'page')
"""


def renumber(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(MARKS)


class Migration(migrations.Migration):
    dependencies = [("search", "0002_rows_by_key_first"), ("groups", "0001_initial")]
    operations = [migrations.RunPython(renumber, migrations.RunPython.noop)]
