"""CiA 402 servo drives on CAN: the driver `canopen`, and the emulated bus."""
