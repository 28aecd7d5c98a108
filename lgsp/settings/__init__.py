"""Settings, one file per concern; the order below is the order of reading."""

from .apps import *
from .database import *
from .security import *
from .i18n import *
from .api import *
from .audit import *
from .celery import *
from .logging import *
