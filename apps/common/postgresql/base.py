"""The backend that ``DATABASES`` names; Django wants a module of this name."""

import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks a kept connection whether it lives only when there is a reason to doubt."""

    def is_usable(self) -> bool:
        """Tell whether the connection can be used.

        An idle connection is silent until the server ends it, so that a look at the
        socket stands for the round trip that Django makes before each request.
        """
        pgconn = self.connection.pgconn
        if pgconn.transaction_status != TransactionStatus.IDLE:
            return super().is_usable()
        poll = select.poll()
        poll.register(pgconn.socket, select.POLLIN)
        return not poll.poll(0) or super().is_usable()
