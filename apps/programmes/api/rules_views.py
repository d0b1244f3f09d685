"""The rules of a clinic: read them and their earlier versions, decide them anew."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.clinical.intensity.heart_rate import CHOICES, FORMULAS, HeartRateRules
from apps.clinics.models import Clinic, Role
from apps.clinics.queries import acting_clinic
from apps.common import clock
from apps.common.api.views import ApiView
from apps.common.errors import NotAllowedError
from apps.common.shapes import Answer, Page
from apps.programmes import entry, queries, services
from apps.programmes.models import ClinicRules
from apps.programmes.queries import RulesInForce
from apps.programmes.rule_limits import ADHERENCE, LOAD, NumberTable

READERS = {Role.THERAPIST.value, Role.MANAGER.value}
SHIPPED_HEART_RATE = HeartRateRules()


class RuleNumberAnswer(Answer):
    """One number of a rule, and between which two a clinic may set it.

    ``mark`` says where the shipped number comes from: S1 the trial, O:n another source
    of the page of clinical rules, K textbooks, D a decision of this product.
    """

    name: str
    value: int
    shipped: int
    unit: str
    mark: str
    least: int
    most: int


class FormulaChoiceAnswer(Answer):
    """A formula for the highest heart rate by age, with its source."""

    key: str
    text: str
    source: str


class HighestHeartRateAnswer(Answer):
    """The formula where nothing was measured, and what a clinic may choose from."""

    value: str
    shipped: str
    choices: list[FormulaChoiceAnswer]


class BetaBlockerFormulaAnswer(Answer):
    """Whether people on a beta-blocker get the formula ``text`` instead of effort."""

    value: bool
    shipped: bool
    text: str
    source: str


class ClinicRulesAnswer(Answer):
    """What the clinic follows; version 0 is what is shipped, before any decision."""

    version: int
    load_policy: list[RuleNumberAnswer]
    adherence_policy: list[RuleNumberAnswer]
    hrmax_formula: HighestHeartRateAnswer
    beta_blocker_formula: BetaBlockerFormulaAnswer
    reason: str | None
    set_by: UUID | None
    set_at: datetime | None


def rules_answer(rules: RulesInForce) -> ClinicRulesAnswer:
    """Return the rules of a clinic as they go out."""
    row = rules.row
    drug = FORMULAS["beta_blocker"]
    return ClinicRulesAnswer(
        version=rules.version,
        load_policy=number_answers(LOAD, rules.load.to_mapping()),
        adherence_policy=number_answers(ADHERENCE, rules.adherence.to_mapping()),
        hrmax_formula=HighestHeartRateAnswer(
            value=rules.heart_rate.formula,
            shipped=SHIPPED_HEART_RATE.formula,
            choices=[
                FormulaChoiceAnswer(
                    key=key, text=FORMULAS[key].text, source=FORMULAS[key].source
                )
                for key in CHOICES
            ],
        ),
        beta_blocker_formula=BetaBlockerFormulaAnswer(
            value=rules.heart_rate.beta_blocker_formula_on,
            shipped=SHIPPED_HEART_RATE.beta_blocker_formula_on,
            text=drug.text,
            source=drug.source,
        ),
        reason=row.reason if row else None,
        set_by=row.set_by.public_id if row else None,
        set_at=row.set_at if row else None,
    )


def number_answers(
    table: NumberTable, numbers: Mapping[str, int]
) -> list[RuleNumberAnswer]:
    """Return the numbers of a policy beside the shipped ones."""
    return [
        RuleNumberAnswer(
            name=name,
            value=numbers[name],
            shipped=table.shipped[name],
            unit=limits.unit,
            mark=limits.mark,
            least=limits.least,
            most=limits.most,
        )
        for name, limits in table.limits.items()
    ]


def rules_answers(rows: Iterable[ClinicRules]) -> list[ClinicRulesAnswer]:
    """Return versions (of ``queries.rules_history``) as they go out."""
    return [rules_answer(queries.in_force(row)) for row in rows]


class ClinicRulesView(ApiView):
    """The rules that a clinic follows."""

    @extend_schema(operation_id="clinic_rules_read", responses={200: ClinicRulesAnswer})
    def get(self, request: Request) -> Response:
        """Return every number and formula in force beside the shipped one."""
        self.query(self.query_shape)
        clinic = clinic_to_read(self)
        return self.answer(rules_answer(queries.rules_of(clinic.pk)))

    @extend_schema(
        operation_id="clinic_rules_decide",
        request=entry.ClinicRulesEntry,
        responses={200: ClinicRulesAnswer},
    )
    def post(self, request: Request) -> Response:
        """Put the next version in force; what was decided before keeps its numbers."""
        decided = self.parse(entry.ClinicRulesEntry)
        clinic = acting_clinic(
            request.user,
            roles={Role.MANAGER.value},
            entered=self.entered,
            now=clock.now(),
        )
        if clinic is None:
            raise NotAllowedError("Only a manager of the clinic decides its rules.")
        rules = services.decide_rules(
            entry=decided, clinic=clinic, by=request.user, now=clock.now()
        )
        return self.answer(rules_answer(rules))


class ClinicRulesVersionsView(ApiView):
    """Every version of the rules of a clinic."""

    @extend_schema(
        operation_id="clinic_rules_versions", responses={200: Page[ClinicRulesAnswer]}
    )
    def get(self, request: Request) -> HttpResponse:
        """Return what the clinic has followed, the version in force first."""
        self.query(self.query_shape)
        clinic = clinic_to_read(self)
        return self.page(
            queries.rules_history(clinic.pk),
            ordering=("-version",),
            present=rules_answers,
        )


def clinic_to_read(view: ApiView) -> Clinic:
    """Return the clinic whose rules the user may read, within the open wall.

    Raises:
        NotAllowedError: There is none.
        InvalidEntryError: There are several; the client must name one.
    """
    clinic = acting_clinic(
        view.request.user, roles=READERS, entered=view.entered, now=clock.now()
    )
    if clinic is None:
        raise NotAllowedError("Therapists and managers of a clinic read its rules.")
    return clinic
