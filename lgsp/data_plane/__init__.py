"""The broker as processes of its own: ``python -m lgsp.data_plane --port 8001 --workers 4``."""
