"""Pages of walls: each finds through the rule, calls one service, and shows what came of it."""
