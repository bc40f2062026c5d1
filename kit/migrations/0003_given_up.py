"""Facts that were given up are counted for each look of Prometheus: by an index of their own, made while facts are told."""

from django.db import migrations, models


class AddIndexBeside(migrations.AddIndex):
    """On PostgreSQL without a lock that stops writers; what an attempt that was cut off left is made anew."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            return super().database_forwards(app_label, schema_editor, from_state, to_state)
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {self.index.name}")
        schema_editor.add_index(model, self.index, concurrently=True)


class Migration(migrations.Migration):
    # An index that is made beside those who write can't be made in a transaction.
    atomic = False
    dependencies = [("kit", "0002_leases")]
    operations = [
        AddIndexBeside(
            model_name="fact",
            index=models.Index(
                condition=models.Q(("dead_at__isnull", False)), fields=["-dead_at", "-id"], name="fact_given_up"
            ),
        )
    ]
