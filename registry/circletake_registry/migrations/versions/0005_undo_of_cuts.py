"""The decision behind each revision of a cut, so that an undo reaches cuts too.

Column types are written out, so that this stays what it was when the code's own types change.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.CHAR(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
    # Revisions made until now belong to no decision and stand.
    op.add_column("cut_revisions", sa.Column("batch", key, nullable=True))
    events = sa.Table(
        "events",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch", key, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("take_id", key, nullable=True),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("person", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'stars' OR value IN ('0', '1', '2', '3', '4', '5')", name=op.f("ck_events_stars_range")
        ),
        sa.CheckConstraint(
            "kind IN ('verdict', 'stars', 'note', 'dedupe', 'ruling', 'undo')",
            name=op.f("ck_events_kind_known"),
        ),
        sa.ForeignKeyConstraint(["take_id"], ["takes.id"], name=op.f("fk_events_take_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.Index("ix_events_batch", "batch"),
        sa.Index("ix_events_take_id", "take_id"),
        sa.Index("ix_events_undone", "kind", "value"),
        sqlite_autoincrement=True,
    )
    # Told as it was, since SQLite's checks are not read back from the database.
    with op.batch_alter_table(
        "events", copy_from=events, table_kwargs={"sqlite_autoincrement": True}
    ) as table:
        table.drop_constraint(op.f("ck_events_kind_known"), type_="check")
        table.create_check_constraint(
            op.f("ck_events_kind_known"),
            "kind IN ('verdict', 'stars', 'note', 'dedupe', 'ruling', 'cut', 'undo')",
        )
