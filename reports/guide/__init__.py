"""The developer's guide: Vietnamese pages for everybody, their figures taken from what is in force."""
