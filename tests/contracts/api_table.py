"""The names that api.md fixes: more may be added, none may be missing.

Route, method, the fields of the request (those in brackets may be left out), the fields
of the answer.
"""

PAGE = "next previous results"
PATIENT = (
    "id clinic email given_name family_name birth_year sex condition time_zone "
    "language pem weight_kg height_cm diagnosed_on hr_rest hr_max_measured "
    "beta_blocker pacemaker version"
)
SESSION = (
    "id patient planned_session setting supervised_by started_at ended_at recorded_at "
    "warm_up stretched exercises check_ins confounders note blood_pressure "
    "acute_illness broken_off_because"
)
CHECK_IN = (
    "id session moment answered_at recorded_at scale pain_mm worst_pain_mm "
    "movement_pain_mm fatigue_mm soreness_mm location new_places flare analgesic sleep "
    "confidence red_flags blood_pressure acute_illness"
)
ALERT = (
    "id patient kind severity opened_at sentence evidence policy_version status "
    "acknowledged_by resolution"
)
VERDICT = (
    "med_mm ref_mm sig_mm immediate_mm d24_mm d48_mm response_mm likely_doms novel "
    "confounded usable tiers alert_status pattern policy_version superseded"
)
POLICY = "id key version status signed_by signed_at numbers"
REPLAY = "id status progress result"
RULES_SET = "load_policy adherence_policy hrmax_formula beta_blocker_formula reason"
RULES = f"version {RULES_SET} set_by set_at"
ERASURE = "id patient status asked_at due_at taken_back_at erased_at"
EXPORT = "id status asked_at made_at expires_at size_bytes sha256 file"
PROGRAMME = "id patient template starts_on weekdays time goal planned_sessions"
EXERCISE = "id slug name region load_kind increment minimum unilateral modality basis"
ONE_REP_MAX = (
    "id patient exercise side tested_at method equation machine tester "
    "analgesic_hours trials sent_at"
)
PAIN_TEST = "id patient tested_at device"
PAIN_TEST_MEASURED = (
    "ppt mvc_n eih p50 cpm last_analgesic_at last_hypnotic_at blood_pressure "
    "override_reason sent_at"
)
PAIN_TEST_RESULTS = (
    "ppt_average_kpa mvc_n target_n eih_score cpm_percent p50_kpa p50_fit refusals"
)
AGREEMENT = (
    "id patient agreed_on agreed_by exercise programme phase goal goal_status "
    "confidence preference adjustment"
)
FLARE_PLAN = "id patient agreed_on agreed_by first_signs steps leave_out call"
PHENOTYPE = (
    "id patient assessed_on basis mechanism wpi sss modulation sensitisation "
    "fear_of_movement"
)
CO_INTERVENTION = "id patient kind name first_day last_day dose dose_changes note"
ADVERSE_EVENT = (
    "id patient session began_on ended_on description grade serious relation actions "
    "outcome reported_by"
)
LOAD_PROPOSAL = "id exercise rule action from to reason inputs status"

TABLE = [
    ("me", "GET", "", "id email name language time_zone memberships patients"),
    ("tokens", "GET", "", PAGE),
    ("tokens", "POST", "name scope expires_at", "id name scope expires_at token"),
    ("patients", "GET", "", PAGE),
    (
        "patients",
        "POST",
        PATIENT.removeprefix("id clinic ").removesuffix(" version"),
        PATIENT,
    ),
    ("patient", "GET", "", PATIENT),
    ("patient", "PATCH", "change_id sent_at correction_reason", PATIENT),
    ("exercises", "GET", "", PAGE),
    ("exercise", "GET", "", EXERCISE),
    ("programme-templates", "GET", "", PAGE),
    (
        "programme-template",
        "GET",
        "",
        "id key version name weeks sessions_per_week source",
    ),
    (
        "programmes",
        "POST",
        "patient template starts_on weekdays time goal",
        PROGRAMME,
    ),
    ("programme", "GET", "", PROGRAMME),
    ("programme-pause", "POST", "from reason change_id", PROGRAMME),
    ("programme-resume", "POST", "on change_id", PROGRAMME),
    ("programme-end", "POST", "on outcome reason change_id", PROGRAMME),
    ("programme-phase", "POST", "position reason change_id", PROGRAMME),
    ("programme-prescription", "GET", "", "on phase exercises"),
    ("prescription-load", "POST", "load reason change_id", "load"),
    ("clinic-rules", "GET", "", RULES),
    (
        "clinic-rules",
        "POST",
        f"version {RULES_SET} change_id",
        RULES,
    ),
    ("clinic-rules-versions", "GET", "", PAGE),
    ("retests-due", "GET", "", PAGE),
    ("planned-sessions", "GET", "", PAGE),
    ("planned-session-excuse", "POST", "reason change_id", "id status"),
    ("planned-session-cancel", "POST", "reason change_id", "id status"),
    (
        "planned-session-move",
        "POST",
        "starts_at change_id",
        "id status original_starts_at",
    ),
    ("sessions", "GET", "", PAGE),
    (
        "sessions",
        "POST",
        f"{SESSION} sent_at",
        f"{SESSION} version status volume_kg received_at entered_by follow_ups",
    ),
    ("session", "PATCH", "change_id sent_at correction_reason", SESSION),
    ("session-void", "POST", "reason change_id sent_at", SESSION),
    ("session-confounders", "POST", "confounders change_id", SESSION),
    (
        "check-ins",
        "POST",
        f"{CHECK_IN} planned_session sent_at",
        f"{CHECK_IN} in_window",
    ),
    ("check-in", "PATCH", "change_id sent_at correction_reason", CHECK_IN),
    ("check-in-void", "POST", "reason change_id sent_at", CHECK_IN),
    (
        "one-rep-max-tests",
        "POST",
        ONE_REP_MAX,
        "id one_rep_max confidence change_percent beyond_noise",
    ),
    ("one-rep-max-test-void", "POST", "reason change_id sent_at", "id version"),
    ("pain-tests", "GET", "", PAGE),
    (
        "pain-tests",
        "POST",
        f"{PAIN_TEST} {PAIN_TEST_MEASURED}",
        f"{PAIN_TEST} {PAIN_TEST_RESULTS}",
    ),
    (
        "pain-tests-over-time",
        "GET",
        "",
        "patient pain_tests function_tests",
    ),
    ("pain-test", "GET", "", f"{PAIN_TEST} refusals"),
    ("pain-test", "PATCH", "change_id sent_at correction_reason", PAIN_TEST),
    ("pain-test-void", "POST", "reason change_id sent_at", "id version"),
    ("p50-orders", "POST", "id patient", "id"),
    ("function-tests", "GET", "", PAGE),
    ("function-tests", "POST", "id patient unit side", "id best unit side"),
    ("agreements", "GET", "", PAGE),
    ("agreements", "POST", f"{AGREEMENT} sent_at", f"{AGREEMENT} version"),
    ("flare-plans", "GET", "", PAGE),
    ("flare-plans", "POST", f"{FLARE_PLAN} sent_at", f"{FLARE_PLAN} version"),
    ("phenotypes", "GET", "", PAGE),
    ("phenotypes", "POST", f"{PHENOTYPE} sent_at", f"{PHENOTYPE} version"),
    ("co-interventions", "GET", "", PAGE),
    (
        "co-interventions",
        "POST",
        f"{CO_INTERVENTION} sent_at",
        f"{CO_INTERVENTION} version sessions_to_mark",
    ),
    (
        "co-intervention-dose-changes",
        "POST",
        "day dose change_id",
        f"{CO_INTERVENTION} sessions_to_mark",
    ),
    ("adverse-events", "GET", "", PAGE),
    ("adverse-events", "POST", f"{ADVERSE_EVENT} sent_at", f"{ADVERSE_EVENT} version"),
    ("adverse-event-register", "GET", "", PAGE),
    ("consents", "GET", "", PAGE),
    (
        "consents",
        "POST",
        "id purpose decision version language sent_at",
        "id patient purpose decision version language decided_by decided_at",
    ),
    (
        "consent-texts",
        "POST",
        "purpose texts change_id",
        "purpose version texts written_at",
    ),
    ("exports", "GET", "", PAGE),
    ("exports", "POST", "change_id", EXPORT),
    ("export", "GET", "", EXPORT),
    ("erasure-requests", "GET", "", PAGE),
    ("erasure-requests", "POST", "confirmation change_id", ERASURE),
    ("erasure-request-take-back", "POST", "change_id", ERASURE),
    ("alerts", "GET", "", PAGE),
    ("alert", "GET", "", ALERT),
    ("alert-acknowledge", "POST", "change_id", ALERT),
    ("alert-act", "POST", "action note change_id", ALERT),
    ("alert-resolve", "POST", "judgement action note change_id", ALERT),
    ("session-verdict", "GET", "", VERDICT),
    ("alert-policies", "GET", "", PAGE),
    ("alert-policies", "POST", "id based_on changes reason", POLICY),
    ("alert-policy", "GET", "", POLICY),
    ("alert-policy-sign", "POST", "change_id", POLICY),
    ("alert-policy-shadow", "POST", "reason change_id", POLICY),
    ("alert-policy-replay", "GET", "", REPLAY),
    ("alert-policy-replay", "POST", "from to change_id", REPLAY),
    ("alert-policy-replay-cancel", "POST", "change_id", REPLAY),
    ("questionnaires", "GET", "", PAGE),
    ("questionnaire-responses", "GET", "", PAGE),
    (
        "questionnaire-responses",
        "POST",
        "id questionnaire answers started_at completed_at recorded_at sent_at",
        "id scores",
    ),
    (
        "questionnaire-response",
        "PUT",
        "questionnaire answers started_at completed_at recorded_at sent_at",
        "id scores",
    ),
    ("questionnaire-response", "PATCH", "change_id sent_at correction_reason", "id"),
    ("questionnaire-response-void", "POST", "reason change_id sent_at", "id version"),
    ("instrument-wordings", "GET", "", PAGE),
    ("questionnaire-schedules", "GET", "", PAGE),
    ("questionnaire-schedules", "POST", "template lines", "id template lines"),
    ("fhir-questionnaires", "POST", "resource key version", "id left_out"),
    ("adherence", "GET", "", PAGE),
    ("load-proposals", "GET", "", PAGE),
    ("load-proposal", "GET", "", LOAD_PROPOSAL),
    (
        "load-proposal-accept",
        "POST",
        "confirmed change_id sent_at",
        LOAD_PROPOSAL,
    ),
    ("load-proposal-change", "POST", "load reason change_id sent_at", LOAD_PROPOSAL),
    ("load-proposal-dismiss", "POST", "reason change_id sent_at", LOAD_PROPOSAL),
]

FILTERS = [
    ("patients", "search status needs_attention"),
    ("patient-timeline", "from to"),
    ("patient-response-profile", "from to"),
    ("programme-prescription", "on"),
    ("planned-sessions", "patient from to status"),
    ("sessions", "patient from to"),
    ("alerts", "status severity patient kind"),
    ("adherence", "patient clinic"),
    ("agreements", "patient from to exercise preference current"),
    ("flare-plans", "patient from to current"),
    ("phenotypes", "patient from to mechanism current"),
    ("co-interventions", "patient from to kind"),
    ("adverse-events", "patient from to grade serious"),
    ("adverse-event-register", "from to grade"),
    ("questionnaires", "patient status"),
    ("consents", "patient purpose"),
    ("erasure-requests", "waiting"),
    ("load-proposals", "patient status"),
]
"""Route and the query parameters of its list that api.md names."""
