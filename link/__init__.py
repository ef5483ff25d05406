"""How two sites meet: the long-distance link. Nothing stands here yet."""
