"""A broker that is looked after."""
