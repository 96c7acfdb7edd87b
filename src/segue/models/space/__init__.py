"""How the taste space is made out of several kinds of evidence."""
