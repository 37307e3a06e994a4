const signals: ReadonlySet<string> = new Set([
  'SIGSEGV',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGTRAP',
  'SIGSYS',
])

/** Whether native code draws such a signal upon itself. Any other, SIGKILL too, came from elsewhere. */
export const isCrash = (signal: string): boolean => signals.has(signal)
