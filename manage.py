#!/usr/bin/env python
"""Django's command line for this project; `./run manage …` gives it the running instance's environment."""

import os
import sys

from lgsp.env import Missing


def main() -> None:
    """Run one Django management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lgsp.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except Missing as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
