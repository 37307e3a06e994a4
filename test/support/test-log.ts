import type { Log } from '../../src/ports/log.ts'

/** Keeps what was logged, for tests that look at it. */
export const createTestLog = (): Log & { readonly warned: string[] } => {
  const warned: string[] = []
  return {
    warned,
    info: () => undefined,
    warn: (event) => warned.push(event),
    error: (event) => warned.push(event),
  }
}
