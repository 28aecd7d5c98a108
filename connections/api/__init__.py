"""Reading connections, grants, requests for use and keys as a system, by right."""
