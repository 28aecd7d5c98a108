"""A sample provider: stands for an agency's own system and knows nothing of the portal.

It runs as a process of its own, needs nothing but uvicorn, and reads the data file beside it.
"""
