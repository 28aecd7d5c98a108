"""Papers of the registers, one module a case; files and numbers work as for papers of dossiers."""
