"""The tables, as SQLModel classes. Queries use their Core tables: the ORM would cost four times as much."""
