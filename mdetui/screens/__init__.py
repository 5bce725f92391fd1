"""One screen a file. Screens are drawings of places (`screens/places.py`): what must outlive them lives there."""
