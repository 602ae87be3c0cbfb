"""Pairs that were compared, takes that are versions of another, and the thumbnails behind fingerprints.

Column types are written out, so that this stays what it was when the code's own types change.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.CHAR(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
    # Added where it lies: copying the table would copy every fingerprint.
    op.add_column("fingerprints", sa.Column("pictures", sa.LargeBinary(), nullable=True))

    members = sa.Table(
        "stack_members",
        sa.MetaData(),
        sa.Column("stack_id", sa.Integer(), nullable=False),
        sa.Column("take_id", key, nullable=False),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("distance", sa.Float(), nullable=False),
        sa.Column("offset", sa.Float(), nullable=False),
        sa.Column("overlap", sa.Float(), nullable=False),
        sa.Column("flipped", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "band IN ('duplicate', 'near-duplicate', 'variant')", name=op.f("ck_stack_members_band_known")
        ),
        sa.ForeignKeyConstraint(["stack_id"], ["stacks.id"], name=op.f("fk_stack_members_stack_id")),
        sa.ForeignKeyConstraint(["take_id"], ["takes.id"], name=op.f("fk_stack_members_take_id")),
        sa.PrimaryKeyConstraint("stack_id", "take_id", name=op.f("pk_stack_members")),
    )
    # Told as it was, since SQLite's checks are not read back from the database.
    with op.batch_alter_table("stack_members", copy_from=members) as table:
        table.drop_constraint(op.f("ck_stack_members_band_known"), type_="check")
        table.create_check_constraint(
            op.f("ck_stack_members_band_known"),
            "band IN ('duplicate', 'near-duplicate', 'variant', 'version')",
        )

    op.create_table(
        "pairs",
        sa.Column("take_a", key, nullable=False),
        sa.Column("take_b", key, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("distance", sa.Float(), nullable=False),
        sa.Column("picture", sa.Float(), nullable=False),
        sa.Column("worst", sa.Float(), nullable=False),
        sa.Column("motion", sa.Float(), nullable=False),
        sa.Column("places", sa.Float(), nullable=False),
        sa.Column("moving", sa.Float(), nullable=False),
        sa.Column("peak", sa.Float(), nullable=False),
        sa.Column("liveliness", sa.Float(), nullable=False),
        sa.Column("drift", sa.Float(), nullable=False),
        sa.Column("offset", sa.Float(), nullable=False),
        sa.Column("speed", sa.Float(), nullable=False),
        sa.Column("overlap", sa.Float(), nullable=False),
        sa.Column("extent", sa.Float(), nullable=False),
        sa.Column("flipped", sa.Boolean(), nullable=False),
        sa.Column("zoom", sa.Float(), nullable=False),
        sa.Column("colour", sa.Float(), nullable=False),
        sa.Column("flat", sa.Float(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.CheckConstraint("take_a < take_b", name=op.f("ck_pairs_in_order")),
        sa.ForeignKeyConstraint(["take_a"], ["takes.id"], name=op.f("fk_pairs_take_a")),
        sa.ForeignKeyConstraint(["take_b"], ["takes.id"], name=op.f("fk_pairs_take_b")),
        sa.PrimaryKeyConstraint("take_a", "take_b", "version", name=op.f("pk_pairs")),
    )
    op.create_index("ix_pairs_take_b", "pairs", ["take_b"])
    op.create_table(
        "compared",
        sa.Column("take_id", key, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["take_id"], ["takes.id"], name=op.f("fk_compared_take_id")),
        sa.PrimaryKeyConstraint("take_id", "version", name=op.f("pk_compared")),
    )
    op.create_table(
        "versions",
        sa.Column("take_id", key, nullable=False),
        sa.Column("of_id", key, nullable=False),
        sa.Column("distance", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("take_id <> of_id", name=op.f("ck_versions_of_another")),
        sa.ForeignKeyConstraint(["take_id"], ["takes.id"], name=op.f("fk_versions_take_id")),
        sa.ForeignKeyConstraint(["of_id"], ["takes.id"], name=op.f("fk_versions_of_id")),
        sa.PrimaryKeyConstraint("take_id", name=op.f("pk_versions")),
    )
    op.create_index("ix_versions_of_id", "versions", ["of_id"])
