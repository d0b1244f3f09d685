"""Stored names and reasons in the reader's language."""

from django import template

from apps.patient_app import exercise_names, load_reasons

register = template.Library()
register.filter("exercise_name", exercise_names.exercise_name)
register.filter("load_reason", load_reasons.load_reason)
