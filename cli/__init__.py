"""What people type: the `sutura` command."""
