"""How pages are read: which cells run again and why, what they show, and the numbers that words quote from them."""

#: What the pages use of MyST's Markdown beyond its core; Sphinx and the checker for authors read them alike.
MYST_EXTENSIONS = ("amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath", "fieldlist")
