"""One gate number for all walls that every employee reads, in rows that were written with one for each.

Some thousand rows a transaction, so that who writes waits for none of them long. A row that a node of before writes meanwhile
is not found by employees until it is written again; it is never shown to anybody else.
"""

from django.db import migrations

BATCH = 5000
LAST = (
    "SELECT max(key) FROM (SELECT key FROM search_row WHERE label = 'walls.post' AND key > %s ORDER BY key LIMIT %s) part"
)
MARKS = """
UPDATE search_row r SET marks = ARRAY[1, r.marks[2]] FROM groups_space s
WHERE r.label = 'walls.post' AND s.id = r.marks[1] / 2 AND s.type IN ('common', 'personal', 'page')
AND r.key > %s AND r.key <= %s
"""


def renumber(cursor):
    first = -1
    while True:
        cursor.execute(LAST, [first, BATCH])
        last = cursor.fetchone()[0]
        if last is None:
            return
        cursor.execute(MARKS, [first, last])
        first = last


def run(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            renumber(cursor)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("search", "0003_no_version_of_a_row"), ("groups", "0001_initial")]
    operations = [migrations.RunPython(run, migrations.RunPython.noop)]
