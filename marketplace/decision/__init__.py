"""The pure decision core (决策内核): from sheets, judgements and budgets to scores, ranks and plans.

It knows neither the web nor the database, has no clock and no state: every function takes plain values
and returns frozen dataclasses that carry method, parameters, warning codes, a trace and the SHA-256 of
the inputs.
"""
