"""Routes of context."""

from django.urls import path

from .views import (
    adverse_events,
    agreements,
    co_interventions,
    flare_plans,
    phenotypes,
)

AGREEMENT = "agreements/<uuid:agreement_id>/"
FLARE_PLAN = "flare-plans/<uuid:flare_plan_id>/"
PHENOTYPE = "phenotypes/<uuid:phenotype_id>/"
CO_INTERVENTION = "co-interventions/<uuid:co_intervention_id>/"
ADVERSE_EVENT = "adverse-events/<uuid:adverse_event_id>/"

urlpatterns = [
    path("agreements/", agreements.AgreementsView.as_view(), name="agreements"),
    path(AGREEMENT, agreements.AgreementView.as_view(), name="agreement"),
    path(
        f"{AGREEMENT}void/",
        agreements.VoidAgreementView.as_view(),
        name="agreement-void",
    ),
    path(
        f"{AGREEMENT}versions/",
        agreements.AgreementVersionsView.as_view(),
        name="agreement-versions",
    ),
    path("flare-plans/", flare_plans.FlarePlansView.as_view(), name="flare-plans"),
    path(FLARE_PLAN, flare_plans.FlarePlanView.as_view(), name="flare-plan"),
    path(
        f"{FLARE_PLAN}void/",
        flare_plans.VoidFlarePlanView.as_view(),
        name="flare-plan-void",
    ),
    path(
        f"{FLARE_PLAN}versions/",
        flare_plans.FlarePlanVersionsView.as_view(),
        name="flare-plan-versions",
    ),
    path("phenotypes/", phenotypes.PhenotypesView.as_view(), name="phenotypes"),
    path(PHENOTYPE, phenotypes.PhenotypeView.as_view(), name="phenotype"),
    path(
        f"{PHENOTYPE}void/",
        phenotypes.VoidPhenotypeView.as_view(),
        name="phenotype-void",
    ),
    path(
        f"{PHENOTYPE}versions/",
        phenotypes.PhenotypeVersionsView.as_view(),
        name="phenotype-versions",
    ),
    path(
        "co-interventions/",
        co_interventions.CoInterventionsView.as_view(),
        name="co-interventions",
    ),
    path(
        CO_INTERVENTION,
        co_interventions.CoInterventionView.as_view(),
        name="co-intervention",
    ),
    path(
        f"{CO_INTERVENTION}dose-changes/",
        co_interventions.DoseChangesView.as_view(),
        name="co-intervention-dose-changes",
    ),
    path(
        f"{CO_INTERVENTION}void/",
        co_interventions.VoidCoInterventionView.as_view(),
        name="co-intervention-void",
    ),
    path(
        f"{CO_INTERVENTION}versions/",
        co_interventions.CoInterventionVersionsView.as_view(),
        name="co-intervention-versions",
    ),
    path(
        "adverse-events/",
        adverse_events.AdverseEventsView.as_view(),
        name="adverse-events",
    ),
    path(
        "adverse-events/register/",
        adverse_events.AdverseEventRegisterView.as_view(),
        name="adverse-event-register",
    ),
    path(
        ADVERSE_EVENT, adverse_events.AdverseEventView.as_view(), name="adverse-event"
    ),
    path(
        f"{ADVERSE_EVENT}void/",
        adverse_events.VoidAdverseEventView.as_view(),
        name="adverse-event-void",
    ),
    path(
        f"{ADVERSE_EVENT}versions/",
        adverse_events.AdverseEventVersionsView.as_view(),
        name="adverse-event-versions",
    ),
]
