"""Vietnamese, Vietnamese time, Vietnamese formats."""

from .apps import BASE_DIR

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True
# Grouping is asked for where a number is a quantity; codes and years stay as they are.
USE_THOUSAND_SEPARATOR = False
FORMAT_MODULE_PATH = ["lgsp.formats"]
