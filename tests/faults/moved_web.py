"""The product's web application in a process that believes it is another time.

For a WSGI server; ``FAULT_NOW`` says which time.
"""

import os
from datetime import datetime

from apps.common import clock
from eihtrack.asgi import application

clock.start_at(datetime.fromisoformat(os.environ["FAULT_NOW"]))

__all__ = ["application"]
