"""Reading figures as a system, by right."""
