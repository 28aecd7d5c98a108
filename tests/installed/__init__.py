"""`python -m tests.installed`: docs/installation.md tried word for word on a clean Debian folder."""
