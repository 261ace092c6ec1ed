"""Pictures of digits, and how a drawing becomes one."""
