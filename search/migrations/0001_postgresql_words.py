"""The tables of the PostgreSQL engine. On SQLite there is nothing to make: the embedded engine keeps files."""

from django.db import migrations

from search.engines.postgres.extension import ensure_intarray

TABLES = """
CREATE TABLE search_row (
    label text NOT NULL,
    key bigint NOT NULL,
    marks integer[] NOT NULL,
    words tsvector NOT NULL,
    version smallint NOT NULL,
    PRIMARY KEY (label, key)
) WITH (toast_tuple_target = 8160);

-- A post of usual length lies beside its marks, as it is: to unpack it for every weight would cost more than to read it.
ALTER TABLE search_row ALTER COLUMN words SET STORAGE EXTERNAL;

-- One index answers "these words, in these spaces". Without fastupdate no search has to walk a list of the newest rows.
CREATE INDEX search_row_marks_words ON search_row USING gin (marks gin__int_ops, words) WITH (fastupdate = off);

CREATE TABLE search_word (label text NOT NULL, word text NOT NULL);
CREATE INDEX search_word_word ON search_word (label, word text_pattern_ops);
CREATE INDEX search_word_mirrored ON search_word (label, reverse(word) text_pattern_ops);

CREATE TABLE search_state (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    built_version smallint NOT NULL DEFAULT 0,
    done integer NOT NULL DEFAULT 0,
    total integer NOT NULL DEFAULT 0,
    leased_until timestamptz
);
INSERT INTO search_state DEFAULT VALUES;
"""


def make(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    ensure_intarray(connection)
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        # A company that is new is written as it comes to be; one that is older is written by ``rebuild_index``.
        cursor.execute("SELECT to_regclass('people_person')")
        if cursor.fetchone()[0] is not None:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM people_person)")
            if cursor.fetchone()[0]:
                return
        cursor.execute("UPDATE search_state SET built_version = 1")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("DROP TABLE search_row, search_word, search_state")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunPython(make, drop, elidable=False)]
