"""Reading documents of others in a process of their own, where neither size, depth nor a bad pattern hurts us."""
