"""The database itself keeps the log: no row is changed or removed, none comes out of turn.

A later migration that has SQLite make the table anew takes the triggers with it: it makes them again
(``manage.py verify_log`` and a test see to it).
"""

from django.db import migrations

SQLITE = (
    """CREATE TRIGGER archive_log_no_update BEFORE UPDATE ON archive_logentry
       BEGIN SELECT RAISE(ABORT, 'The log is only ever written on.'); END""",
    """CREATE TRIGGER archive_log_no_delete BEFORE DELETE ON archive_logentry
       BEGIN SELECT RAISE(ABORT, 'The log is only ever written on.'); END""",
    # Also REPLACE INTO, which SQLite lets remove a row without asking the trigger above.
    """CREATE TRIGGER archive_log_in_turn BEFORE INSERT ON archive_logentry
       WHEN NEW.number != 1 + COALESCE((SELECT MAX(number) FROM archive_logentry), 0)
         OR NEW.previous != COALESCE((SELECT hash FROM archive_logentry ORDER BY number DESC LIMIT 1), NEW.previous)
       BEGIN SELECT RAISE(ABORT, 'An entry of the log follows the one before.'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION archive_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF TG_OP = 'TRUNCATE' AND NOT EXISTS (SELECT 1 FROM archive_logentry) THEN RETURN NULL; END IF;
         RAISE EXCEPTION 'The log is only ever written on.';
       END $$""",
    """CREATE FUNCTION archive_log_follow() RETURNS trigger LANGUAGE plpgsql AS $$
       DECLARE last record;
       BEGIN
         SELECT number, hash INTO last FROM archive_logentry ORDER BY number DESC LIMIT 1;
         IF NEW.number <> COALESCE(last.number, 0) + 1 OR NEW.previous <> COALESCE(last.hash, NEW.previous) THEN
           RAISE EXCEPTION 'An entry of the log follows the one before.';
         END IF;
         RETURN NEW;
       END $$""",
    """CREATE TRIGGER archive_log_no_change BEFORE UPDATE OR DELETE ON archive_logentry
       FOR EACH ROW EXECUTE FUNCTION archive_log_refuse()""",
    """CREATE TRIGGER archive_log_no_truncate BEFORE TRUNCATE ON archive_logentry
       FOR EACH STATEMENT EXECUTE FUNCTION archive_log_refuse()""",
    """CREATE TRIGGER archive_log_in_turn BEFORE INSERT ON archive_logentry
       FOR EACH ROW EXECUTE FUNCTION archive_log_follow()""",
)


def guard(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("archive", "0001_initial")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
