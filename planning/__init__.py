"""WorldModel -> Plan -> ControlCommand -> VehicleControl."""
