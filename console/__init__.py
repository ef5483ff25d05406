"""What people see: the web console. Nothing stands here yet."""
