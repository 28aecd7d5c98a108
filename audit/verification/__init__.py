"""Recomputing the call log: does every row still say what its writer wrote, and are all of them there?"""
