"""SOAP on either side of a call: callers who speak it to REST providers, providers who speak it to REST callers."""
