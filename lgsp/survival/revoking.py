"""Deeds that take access away: the sealer writes them outside the database, a restore does them again."""

# Done again through their deeds (lgsp.survival.replay).
REPLAYED = ("key.revoked", "grant.revoked", "hold.placed", "membership.ended")
UNDONE_BY = "hold.lifted"
# Rarer ones, of which too much hangs for a machine: told to whoever restores.
BY_HAND = (
    "grant.narrowed", "key.replaced", "connection.closed", "invitation.withdrawn", "document.release_ended",
    "sharing.ended",
)  # fmt: skip
REVOKING = (*REPLAYED, UNDONE_BY, *BY_HAND)
