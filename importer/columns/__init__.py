"""From the titles of a file to fields; ``importer.mapping`` is the way in."""
