"""What the finished sheets draw: each module has `draw(path)`, which uses the functions that the sheet asks for."""
