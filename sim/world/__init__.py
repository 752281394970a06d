"""What is in the world and how it moves: maps, scenery, vehicle and walker motion, collisions."""
