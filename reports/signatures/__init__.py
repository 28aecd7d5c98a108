"""Why a signature does not fit: the text the broker would check, beside what was sent (ux.md C6, decisions 12).

Pure functions over what a developer pastes. Nothing is kept; nothing that comes out can sign a call: the answer to
"does this signature fit" is yes or no, never the signature that would.
"""
