import { closeSync, constants, openSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { errnoOf } from '../platform/errno.ts'
import { runProgram } from '../platform/run-program.ts'

// The kernel counts references: each process that needs the server holds the write end of a FIFO, and the
// supervisor (supervisor.ts) reads it. It gets end of file once the last process has closed it or ended.

export const makeFifo = async (fifo: string): Promise<void> => {
  try {
    await runProgram('mkfifo', ['-m', '600', fifo])
  } catch (reason) {
    const existing = await lstat(fifo).catch(() => undefined)
    if (existing?.isFIFO() !== true) throw reason
  }
}

/** Opens a write end of the FIFO. Returns `undefined` if no supervisor reads it. */
export const acquireReference = (fifo: string): number | undefined => {
  try {
    return openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch (reason) {
    if (errnoOf(reason) === 'ENXIO') return undefined
    throw reason
  }
}

/** Whether a server runs, in any pid namespace. */
export const hasReferences = (fifo: string): boolean => {
  const reference = acquireReference(fifo)
  if (reference !== undefined) closeSync(reference)
  return reference !== undefined
}
