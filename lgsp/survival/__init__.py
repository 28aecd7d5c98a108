"""Backup, restore and drill: what a backup is, how it is made, what is done once one is back (docs/backup.md)."""
