const signals: ReadonlySet<string> = new Set([
  'SIGSEGV',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGTRAP',
  'SIGSYS',
])

/**
 * Returns whether a crash of native code causes this signal. Other signals, such as SIGKILL, come from other
 * processes, so they do not show a fault of the code.
 */
export const isCrashSignal = (signal: string): boolean => signals.has(signal)
