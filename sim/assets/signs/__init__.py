"""Traffic signs with their true faces: for the map's roadsides and as props."""
