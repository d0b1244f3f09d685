"""The one error of the clinical core."""


class ClinicalInputError(ValueError):
    """A value that cannot be: it breaks a rule of the clinical core."""
