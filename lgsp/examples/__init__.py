"""The example server: answers operations of published versions with made-up data, for calls in the sandbox.

It runs as a process of its own, holds no data of any provider, and reads nothing but the catalogue.
"""
