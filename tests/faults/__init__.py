"""The fault suite (`./run faults`, docs/faults.md): a real instance under load, a fault a round, what must hold."""
