"""Who holds a job and since when, whether it is to be stopped, and what was observed while it was made.

Column types are written out, so that this stays what it was when the code's own types change.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.CHAR(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
    document = sa.JSON().with_variant(JSONB(), "postgresql")
    jobs = sa.Table(
        "jobs",
        sa.MetaData(),
        sa.Column("id", key, nullable=False),
        sa.Column("generator", sa.Text(), nullable=False),
        sa.Column("plugin_version", sa.Text(), nullable=False),
        sa.Column("shot", sa.Text(), nullable=False),
        sa.Column("request", document, nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("files", document, nullable=False),
        sa.Column("takes", document, nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "step IN ('intended', 'submitted', 'fetched', 'imported', 'failed', 'cancelled')",
            name=op.f("ck_jobs_step_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    # Told as it was, since SQLite's checks are not read back from the database.
    with op.batch_alter_table("jobs", copy_from=jobs) as table:
        table.drop_constraint(op.f("ck_jobs_step_known"), type_="check")
        table.create_check_constraint(
            op.f("ck_jobs_step_known"),
            "step IN ('intended', 'sending', 'submitted', 'fetched', 'imported', 'failed', 'cancelled')",
        )
        table.add_column(sa.Column("lease_host", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("lease_seen", sa.DateTime(), nullable=True))
        table.add_column(sa.Column("stop_asked", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("observed", document, nullable=False, server_default="[]"))
    # The rows have their values; new ones are always given theirs.
    with op.batch_alter_table("jobs") as table:
        for name in ("lease_host", "stop_asked", "note", "observed"):
            table.alter_column(name, server_default=None)
    # Until now a job that may have been sent looked like one that was not.
    op.execute("UPDATE jobs SET step = 'sending' WHERE step = 'intended'")
    op.create_index("ix_jobs_step", "jobs", ["step"])
