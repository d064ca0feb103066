"""From the bytes of a file to rows of text; ``importer.loader`` is the way in."""
