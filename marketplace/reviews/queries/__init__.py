"""Reading panels, seats, duties and sheets (评审查询)."""
