"""The backend that ``DATABASES`` names; Django wants a module of this name."""

import select

import psycopg
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks a kept connection whether it lives only when there is a reason to doubt."""

    def is_usable(self) -> bool:
        """Tell whether the connection can be used.

        An idle connection is silent until the server ends it, so that a look at the
        socket stands for the round trip that Django makes before each request.
        """
        try:
            socket = self.connection.pgconn.socket
        except psycopg.OperationalError:
            return False
        poll = select.poll()
        poll.register(socket, select.POLLIN)
        return not poll.poll(0) or super().is_usable()
