"""Settings, one file per concern; the order below is the order of reading."""

from .admin import *
from .api import *
from .apps import *
from .audit import *
from .boards import *
from .broker import *
from .celery import *
from .database import *
from .i18n import *
from .logging import *
from .security import *
