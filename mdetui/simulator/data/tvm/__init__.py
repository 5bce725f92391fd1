"""Software, weaknesses, settings and what else vulnerability management knows of machines; made when first asked for."""
