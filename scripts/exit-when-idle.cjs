// Node 20 sometimes spins for ever while it frees its handles, after a run of two thousand tests has ended. When nothing
// is left to do, this exits without that. What a test has left open still keeps the process from ending.
process.once('beforeExit', () => process.exit())
