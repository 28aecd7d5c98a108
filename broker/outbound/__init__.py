"""Calling platforms that want to be signed in to, and told who asks (docs/national-platform.md)."""
