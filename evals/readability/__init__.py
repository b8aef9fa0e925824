"""How hard a text is to read: words, syllables, formulas, and the parts of an answer they are fitted to."""
