"""Nobody asks which version a row is of: it is not written any more. A node of before goes on writing it meanwhile.

The column goes one release after the last code that names it (docs/servers.md).
"""

from django.db import migrations


def let_be_absent(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("ALTER TABLE search_row ALTER COLUMN version SET DEFAULT 1")


class Migration(migrations.Migration):
    dependencies = [("search", "0002_rows_by_key_first")]
    operations = [migrations.RunPython(let_be_absent, migrations.RunPython.noop)]
