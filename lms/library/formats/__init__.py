"""Files of many formats as one plain record: title, what the file says of itself, blocks of text. Nothing is trusted."""
