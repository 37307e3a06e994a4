import { closeSync, constants, openSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { errnoOf } from '../platform/errno.ts'
import { runProgram } from '../platform/run-program.ts'

// The kernel counts the processes that need the server. Each of them opens the write end of a FIFO, and the
// supervisor (supervisor.ts) reads from the FIFO. The supervisor gets end of file once the last of these
// processes has closed the FIFO or ended.

export const makeFifo = async (fifo: string): Promise<void> => {
  try {
    await runProgram('mkfifo', ['-m', '600', fifo])
  } catch (reason) {
    const existing = await lstat(fifo).catch(() => undefined)
    if (existing?.isFIFO() !== true) throw reason
  }
}

/** Opens the write end of the FIFO. Returns `undefined` if no supervisor reads from it. */
export const acquireServerReference = (fifo: string): number | undefined => {
  try {
    return openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch (reason) {
    if (errnoOf(reason) === 'ENXIO') return undefined
    throw reason
  }
}

/** Returns whether a server runs, in any pid namespace: whether a supervisor reads from the FIFO. */
export const hasServerReferences = (fifo: string): boolean => {
  const reference = acquireServerReference(fifo)
  if (reference !== undefined) closeSync(reference)
  return reference !== undefined
}
