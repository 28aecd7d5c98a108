"""The catalogue as a system reads it, by right: registers, services, standards, documents, duties."""
