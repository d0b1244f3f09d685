"""People who sign in, and the tokens of their programs."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from apps.common.privacy import Privacy
from apps.common.records import Identified


class UserManager(BaseUserManager["User"]):
    """Makes accounts; a password is optional (sign-in is by mail code)."""

    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        """Return a new account; the address is kept in lower case."""
        user = self.model(email=email.strip().lower(), **fields)
        if password is None:
            user.set_unusable_password()
        else:
            user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        """Return a new operator."""
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, **fields
        )


class LoadUnit(models.TextChoices):
    """In which unit a person types loads, if not in that of the machine."""

    KG = "kg", "Kilograms"
    LB = "lb", "Pounds"


class User(AbstractBaseUser, PermissionsMixin, Identified):
    """One person's account, whatever clinics they work or are treated in."""

    privacy = Privacy.PERSONAL

    email = models.EmailField(
        max_length=254,
        unique=True,
        error_messages={"unique": "This address has an account."},
    )
    # As long as the given and the family name of a patient's record.
    name = models.CharField(max_length=161)
    language = models.CharField(max_length=10, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    # Empty: as each machine counts. The database fills it in too, for a release that
    # does not know it yet.
    load_unit = models.CharField(
        max_length=2, choices=LoadUnit, blank=True, default="", db_default=""
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(
        "operator", default=False, help_text="May open the operator's admin."
    )
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="accounts_user_address_in_lower_case",
            ),
            models.CheckConstraint(
                condition=Q(load_unit__in=["", *LoadUnit.values]),
                name="accounts_user_load_unit_known",
            ),
        ]

    def __str__(self) -> str:
        return f"user #{self.pk}"


class TokenScope(models.TextChoices):
    """What a token may be used for."""

    READ = "read", "Read only"
    FULL = "full", "Everything that its owner may do"


class ApiToken(Identified):
    """A bearer token of a person's program; only its hash is kept."""

    privacy = Privacy.PERSONAL

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    scope = models.CharField(max_length=8, choices=TokenScope, default=TokenScope.FULL)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__in=TokenScope.values),
                name="accounts_apitoken_scope_known",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")),
                name="accounts_apitoken_expires_after_made",
            ),
        ]

    def __str__(self) -> str:
        return f"token #{self.pk}"
