"""The ground of the management API: sign-in, parameters, pages, validators of caches, errors, description.

DRF reads the classes its settings name while its own ``views`` and ``generics`` are being imported, so ``access``,
``filters`` and ``pages`` may import neither; ``views``, ``errors`` and ``schema`` may.
"""
