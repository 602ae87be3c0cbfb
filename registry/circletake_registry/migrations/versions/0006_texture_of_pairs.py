"""How much weak detail the takes of a pair share, so that a take painted smooth is told from a copy.

Column types are written out, so that this stays what it was when the code's own types change.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.CHAR(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
    # What was measured without it can be measured again, and is by the next dedupe.
    op.drop_table("pairs")
    op.execute("DELETE FROM compared")
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
        sa.Column("texture", sa.Float(), nullable=False),
        sa.Column("flat", sa.Float(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.CheckConstraint("take_a < take_b", name=op.f("ck_pairs_in_order")),
        sa.ForeignKeyConstraint(["take_a"], ["takes.id"], name=op.f("fk_pairs_take_a")),
        sa.ForeignKeyConstraint(["take_b"], ["takes.id"], name=op.f("fk_pairs_take_b")),
        sa.PrimaryKeyConstraint("take_a", "take_b", "version", name=op.f("pk_pairs")),
    )
    op.create_index("ix_pairs_take_b", "pairs", ["take_b"])
