"""Salts of prompts that leave as digests.

Column types are written out, so that this stays what it was when the code's own types change.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.CHAR(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
    op.create_table(
        "salts",
        sa.Column("take_id", key, nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("length(salt) >= 32", name=op.f("ck_salts_salt_long")),
        sa.CheckConstraint(
            "length(text_sha256) = 64 AND lower(text_sha256) = text_sha256",
            name=op.f("ck_salts_text_sha256_form"),
        ),
        sa.ForeignKeyConstraint(["take_id"], ["takes.id"], name=op.f("fk_salts_take_id")),
        sa.PrimaryKeyConstraint("take_id", "field", "text_sha256", name=op.f("pk_salts")),
    )
