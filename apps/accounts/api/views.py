"""Tokens of one's own programs."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import entry, services
from apps.common import clock
from apps.common.api.views import ApiView
from apps.common.shapes import Page

from . import serializers


class TokensView(ApiView):
    """The person's tokens."""

    @extend_schema(
        operation_id="token_list", responses={200: Page[serializers.TokenAnswer]}
    )
    def get(self, request: Request) -> Response:
        """Return one page of the person's tokens, newest first."""
        self.query(self.query_shape)
        return self.page(
            request.user.tokens.all(),
            ordering=("-created_at", "-id"),
            present=lambda rows: [serializers.token_answer(row) for row in rows],
        )

    @extend_schema(
        operation_id="token_issue",
        request=entry.TokenRequest,
        responses={201: serializers.NewTokenAnswer},
    )
    def post(self, request: Request) -> Response:
        """Make a token; its text is told this once."""
        wanted = self.parse(entry.TokenRequest)
        token, text = services.issue_token(
            user=request.user,
            name=wanted.name,
            scope=wanted.scope,
            expires_at=wanted.expires_at,
            issued_with=request.auth,
            now=clock.now(),
        )
        return self.answer(serializers.new_token_answer(token, text), status=201)


class TokenView(ApiView):
    """One token."""

    @extend_schema(operation_id="token_revoke", responses={204: None})
    def delete(self, request: Request, token_id: UUID) -> Response:
        """Revoke the token. It stays in the list with its time."""
        services.revoke_token(token_id=token_id, by=request.user, now=clock.now())
        return Response(status=204)
