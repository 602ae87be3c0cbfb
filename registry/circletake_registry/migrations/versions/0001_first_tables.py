"""The first tables.

Column types are written out, so that this stays what it was when the code's own types change.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.CHAR(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
    document = sa.JSON().with_variant(JSONB(), "postgresql")
    op.create_table(
        "cuts",
        sa.Column("id", key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cuts")),
        sa.UniqueConstraint("name", name=op.f("uq_cuts_name")),
    )
    op.create_table(
        "jobs",
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
    op.create_table(
        "shots",
        sa.Column("id", key, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("added", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shots")),
        sa.UniqueConstraint("code", name=op.f("uq_shots_code")),
    )
    op.create_index("ix_shots_title", "shots", ["title"])

    op.create_table(
        "cut_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cut_id", key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", document, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["cut_id"], ["cuts.id"], name=op.f("fk_cut_revisions_cut_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cut_revisions")),
        sa.UniqueConstraint("cut_id", "revision", name=op.f("uq_cut_revisions_cut_id_revision")),
    )
    op.create_table(
        "takes",
        sa.Column("id", key, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("shot_id", key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("media", document, nullable=False),
        sa.Column("added", sa.DateTime(), nullable=False),
        sa.CheckConstraint("origin IN ('generated', 'camera')", name=op.f("ck_takes_origin_known")),
        sa.CheckConstraint(
            "length(sha256) = 64 AND lower(sha256) = sha256", name=op.f("ck_takes_sha256_form")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_takes_number_counts")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_takes_size_counts")),
        sa.ForeignKeyConstraint(["shot_id"], ["shots.id"], name=op.f("fk_takes_shot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takes")),
        sa.UniqueConstraint("sha256", name=op.f("uq_takes_sha256")),
        sa.UniqueConstraint("shot_id", "number", name=op.f("uq_takes_shot_id_number")),
    )
    op.create_table(
        "analyses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("take_id", key, nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("settings", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "stage IN ('fingerprint', 'scorer', 'pictures')", name=op.f("ck_analyses_stage_known")
        ),
        sa.CheckConstraint("status IN ('ok', 'failed', 'crashed')", name=op.f("ck_analyses_status_known")),
        sa.ForeignKeyConstraint(["take_id"], ["takes.id"], name=op.f("fk_analyses_take_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analyses")),
        sa.UniqueConstraint(
            "take_id",
            "stage",
            "name",
            "version",
            "settings",
            name=op.f("uq_analyses_take_id_stage_name_version_settings"),
        ),
    )
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("take_id", key, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "evidence IN ('observed', 'signed', 'declared', 'embedded', 'sidecar', 'filename', 'matched')",
            name=op.f("ck_claims_evidence_known"),
        ),
        sa.ForeignKeyConstraint(["take_id"], ["takes.id"], name=op.f("fk_claims_take_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    op.create_index("ix_claims_take_id", "claims", ["take_id"])

    op.create_table(
        "cut_takes",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("take_id", key, nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["cut_revisions.id"], name=op.f("fk_cut_takes_revision_id")),
        sa.ForeignKeyConstraint(["take_id"], ["takes.id"], name=op.f("fk_cut_takes_take_id")),
        sa.PrimaryKeyConstraint("revision_id", "take_id", name=op.f("pk_cut_takes")),
    )
    op.create_index("ix_cut_takes_take_id", "cut_takes", ["take_id"])

    op.create_table(
        "events",
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
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_batch", "events", ["batch"])
    op.create_index("ix_events_take_id", "events", ["take_id"])
    op.create_index("ix_events_undone", "events", ["kind", "value"])

    op.create_table(
        "exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("take_id", key, nullable=True),
        sa.Column("cut", sa.Text(), nullable=False),
        sa.Column("recipe_digest", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("certificate", sa.String(), nullable=False),
        sa.Column("actions", sa.String(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("prompts", document, nullable=False),
        sa.Column("sidecar", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('staged', 'published')", name=op.f("ck_exports_state_known")),
        sa.CheckConstraint(
            "length(sha256) = 64 AND lower(sha256) = sha256", name=op.f("ck_exports_sha256_form")
        ),
        sa.ForeignKeyConstraint(["take_id"], ["takes.id"], name=op.f("fk_exports_take_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("sha256", "path", name=op.f("uq_exports_sha256_path")),
    )
    op.create_index("ix_exports_take_id", "exports", ["take_id"])

    op.create_table(
        "fingerprints",
        sa.Column("take_id", key, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["take_id"], ["takes.id"], name=op.f("fk_fingerprints_take_id")),
        sa.PrimaryKeyConstraint("take_id", "version", name=op.f("pk_fingerprints")),
    )
    op.create_table(
        "locations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("stored", sa.Boolean(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("seen", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('ok', 'missing', 'container changed', 'altered', 'quarantined')",
            name=op.f("ck_locations_state_known"),
        ),
        sa.ForeignKeyConstraint(["sha256"], ["takes.sha256"], name=op.f("fk_locations_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_locations")),
        sa.UniqueConstraint("sha256", "path", name=op.f("uq_locations_sha256_path")),
    )
    op.create_index("ix_locations_path", "locations", ["path"])

    op.create_table(
        "stacks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch", key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("keeper_id", key, nullable=False),
        sa.Column("why_keeper", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["keeper_id"], ["takes.id"], name=op.f("fk_stacks_keeper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stacks")),
        sa.UniqueConstraint("batch", "number", name=op.f("uq_stacks_batch_number")),
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("start", sa.Float(), nullable=False),
        sa.Column("end", sa.Float(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["analysis_id"], ["analyses.id"], name=op.f("fk_findings_analysis_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index("ix_findings_analysis_id", "findings", ["analysis_id"])

    op.create_table(
        "scores",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["analysis_id"], ["analyses.id"], name=op.f("fk_scores_analysis_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scores")),
    )
    op.create_index("ix_scores_analysis_id", "scores", ["analysis_id"])

    op.create_table(
        "stack_members",
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
