"""The words of C2PA 2.4 and IPTC that circletake writes; nothing else may stand in a manifest.

Sources: C2PA 2.4 sections 18.14 to 18.28, the asset conformance rubric 0.2, IPTC NewsCodes
digital source type, CAWG metadata 1.2 and training and data mining 1.1.
"""

from __future__ import annotations

from circletake.model import belonging, generation

SPEC_VERSION = "2.4.0"

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"

TRAINED = generation.TRAINED
ALGORITHMIC = generation.ALGORITHMIC
CAPTURE = "digitalCapture"
CREATION = "digitalCreation"
HUMAN_EDITS = "humanEdits"
COMPOSITE = "composite"
COMPOSITE_CAPTURE = "compositeCapture"
COMPOSITE_SYNTHETIC = "compositeSynthetic"
COMPOSITE_TRAINED = "compositeWithTrainedAlgorithmicMedia"

CREATED = "c2pa.created"
OPENED = "c2pa.opened"
PLACED = "c2pa.placed"
EDITED_METADATA = "c2pa.edited.metadata"
EDITED = "c2pa.edited"
TRIMMED = "c2pa.trimmed"
CHANGED_SPEED = "c2pa.changedSpeed"
CROPPED = "c2pa.cropped"
REDACTED = "c2pa.redacted"
INCEPTIONS = frozenset({CREATED, OPENED})

NOT_PERCEPTIBLE = frozenset(
    {
        "c2pa.converted",
        "c2pa.published",
        "c2pa.repackaged",
        "c2pa.transcoded",
        "c2pa.resized.proportional",
        "c2pa.enhanced",
        EDITED_METADATA,
        "c2pa.watermarked.bound",
        "c2pa.watermarked.unbound",
        REDACTED,
        PLACED,
        *INCEPTIONS,
    }
)
"""Actions that need no digital source type of their own."""

PERCEPTIBLE = frozenset(
    {
        "c2pa.addedText",
        "c2pa.adjustedColor",
        CHANGED_SPEED,
        CROPPED,
        "c2pa.deleted",
        "c2pa.drawing",
        "c2pa.dubbed",
        EDITED,
        "c2pa.filtered",
        "c2pa.mastered",
        "c2pa.mixed",
        "c2pa.orientation",
        "c2pa.remixed",
        "c2pa.removed",
        "c2pa.resized",
        "c2pa.translated",
        TRIMMED,
    }
)

ACTIONS = "c2pa.actions.v2"
AI_DISCLOSURE = "c2pa.ai-disclosure"
METADATA = "cawg.metadata"
TRAINING = "cawg.training-mining"
TAKE = "org.circletake.take"
CUT = "org.circletake.cut"
FILM = "org.circletake.film"
RECORD = "org.circletake.record"
RELEASE = belonging.LABEL
FINGERPRINT = "org.circletake.fingerprint"
"""Our own, since the algorithms of ``c2pa.soft-binding`` are a closed list that ours is not on."""

ASSERTIONS = frozenset(
    {ACTIONS, AI_DISCLOSURE, METADATA, TRAINING, TAKE, CUT, FILM, RECORD, RELEASE, FINGERPRINT}
)

PROMPT = "c2pa.types.generator.prompt"
SEED = "c2pa.types.generator.seed"
GENERATOR = "c2pa.types.generator"
MODEL = "c2pa.types.model"
DATA_TYPES = frozenset({PROMPT, SEED, GENERATOR, MODEL})

PARENT = "parentOf"
COMPONENT = "componentOf"
INPUT = "inputTo"
RELATIONSHIPS = frozenset({PARENT, COMPONENT, INPUT})

TRAINING_USES = (
    "cawg.ai_generative_training",
    "cawg.ai_inference",
    "cawg.ai_training",
    "cawg.data_mining",
)
TRAINING_ANSWERS = frozenset({"allowed", "notAllowed", "constrained"})
"""Uses and answers of training and data mining, CAWG 1.1."""

TRADE_SECRET = "c2pa.trade-secret.present"
REDACTION_REASONS = frozenset(
    {"c2pa.PII.present", "c2pa.invalid.data", TRADE_SECRET, "c2pa.government.confidential"}
)
"""Why something was redacted, C2PA 2.4 section 18.15.4."""

OVERSIGHT = frozenset({"fully_autonomous", "prompt_guided", "human_validated"})
"""Levels of human oversight, C2PA 2.4 section 18.28."""

EXCLUSIONS = frozenset({"/uuid", "/ftyp", "/mfra", "/free", "/skip"})
"""Boxes a BMFF hash leaves out by default, C2PA 2.4 section 18.7."""

LONE_OFFSETS = frozenset(
    {
        "/meta/iloc",
        "/mfra/tfra",
        "/moof/traf/tfhd",
        "/moof/traf/trun",
        "/moov/trak/mdia/minf/stbl/co64",
        "/moov/trak/mdia/minf/stbl/stco",
    }
)
"""Boxes with offsets that C2PA 1 left out by default too, since a manifest that is put in moves them."""

PASSING_BOXES = frozenset({"/emsg", "/pdin", "/prft", "/sidx", "/ssix", "/styp"})
"""Boxes that only help to deliver or find pieces of a stream, ISO/IEC 14496-12 and 23009-1."""

PROMPT_LIMIT = 64_000
"""Bytes of a prompt that travels as text; of a longer one only the digest does."""
