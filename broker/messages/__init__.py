"""The messages of a call: what they must look like, and how they are judged."""
