"""Fault injection: the real client against a server that acts out schedules of faults, in virtual time.

`faults` lists what can go wrong, `schedule` draws schedules of calls and faults with Hypothesis, `chaos_server` acts
them out and logs every request, `simulation` runs a schedule with the client and checks the result against that log,
and `virtual_time` is an event loop whose clock jumps, so that stalls and pauses of hours take milliseconds.
"""
