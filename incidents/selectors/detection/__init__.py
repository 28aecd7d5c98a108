"""What rules of alerts look at, one room a kind of sign. Nothing here writes: the past is looked at as the present."""
