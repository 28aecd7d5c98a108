"""The sealer as a process of its own, the only one that has the sealing key: ``python -m lgsp.sealer``."""
