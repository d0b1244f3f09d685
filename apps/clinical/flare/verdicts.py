"""What the detector says: verdicts, alerts and the judgement that holds both."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .inputs import Family


class Tier(StrEnum):
    """A raw rule that holds for a session, whatever silence makes of it."""

    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4_WATCH = "T4_WATCH"
    T4_ALERT = "T4_ALERT"
    T5_GATE = "T5_GATE"
    T5_ALERT = "T5_ALERT"
    DQ = "DQ"


class Severity(StrEnum):
    """How soon somebody should look, from least to most."""

    INFO = "info"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class Kind(StrEnum):
    """What an alert is about; within a family from least to most."""

    POSSIBLE_FLARE = "possible_flare"
    ACUTE_FLARE = "acute_flare"
    SUSTAINED_FLARE = "sustained_flare"
    HYPERALGESIA_WATCH = "hyperalgesia_watch"
    HYPERALGESIA = "hyperalgesia"
    RISING_PAIN = "rising_pain"
    NOT_JUDGEABLE = "not_judgeable"


class AlertStatus(StrEnum):
    """What episodes and silence made of a session's tiers, least to most."""

    NONE = "none"
    SILENT = "silent"
    APPENDED = "appended"
    RAISED = "raised"
    OPENED = "opened"


class ClosedBy(StrEnum):
    """Who or what ended an alert."""

    REST = "rest"
    THERAPIST = "therapist"
    SELF = "self"


SEVERITY_RANK = {severity: rank for rank, severity in enumerate(Severity)}
KIND_RANK = {kind: rank for rank, kind in enumerate(Kind)}
STATUS_RANK = {status: rank for rank, status in enumerate(AlertStatus)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The numbers behind T4: the newest usable responses, each clipped."""

    n: int
    mean_mm: float
    z: float
    at_least_10: int
    n24: int
    n48: int
    session_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEvent:
    """What one session did to one alert.

    `opened_by` and `generation` name the alert; both are None when silence
    left no alert to touch. A message is due on "opened" and "raised" alone.
    """

    family: Family
    status: AlertStatus
    kind: Kind
    severity: Severity
    opened_by: str | None
    generation: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionVerdict:
    """What the rules say about one session; numbers are unrounded.

    `response_mm` is the response before clipping. `pattern`, `trend_mm` and
    `dq_with_value` are None when the rule was not asked at this session, so
    that its earlier state stands. `about` names the flare that a T3 is about.
    """

    session_key: str
    policy_key: str
    policy_version: int
    inputs_digest: str
    pre_mm: int | None
    post_mm: int | None
    h24_mm: int | None
    h48_mm: int | None
    med_mm: float | None
    ref_mm: float | None
    sig_mm: float
    immediate_mm: float | None
    d24_mm: float | None
    d48_mm: float | None
    rise_mm: float | None
    response_mm: float | None
    novel: bool
    only_trained: bool
    likely_doms: bool
    confounded: bool
    mixed_scales: bool
    usable: bool
    flare_at_h24: bool
    flare_at_h48: bool
    extra_analgesic: bool
    sleep_h24: int | None
    tiers: tuple[Tier, ...]
    t2_severity: Severity | None
    pattern: Pattern | None
    trend_mm: float | None
    dq_with_value: int | None
    about: str | None
    is_final: bool
    recalled: bool
    red_flags_asked: bool
    mail_allowed: bool
    latest_received_at: datetime | None
    alert_status: AlertStatus
    events: tuple[AlertEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertStep:
    """The session that opened or raised an alert, and to what."""

    session_key: str
    kind: Kind
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertState:
    """One alert of a patient as it stands now.

    Family, `opened_by` and `generation` name it for good. The generation is 1
    unless a therapist closed an alert and the very session that had opened it
    then brought stronger evidence. `raised_by` starts with the opening and holds
    every later rise of kind or severity. `closed_in` is the session whose value
    closed it, if one did.
    """

    family: Family
    opened_by: str
    generation: int
    kind: Kind
    severity: Severity
    raised_by: tuple[AlertStep, ...]
    session_keys: tuple[str, ...]
    is_open: bool
    closed_by: ClosedBy | None
    closed_in: str | None
    ref_start_mm: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All verdicts and alerts of a patient, and when time may change them.

    Verdicts stand in the order of the sessions, alerts in the order of opening.
    """

    verdicts: tuple[SessionVerdict, ...]
    alerts: tuple[AlertState, ...]
    next_due_at: datetime | None
