"""Papers of a dossier (ux.md §5): what each says, composed once when it is issued."""
