import { closeSync, constants, openSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { errnoOf } from '../platform/errno.ts'
import { runProgram } from '../platform/run-program.ts'

// The kernel counts who needs the server: each process holds the write end of a FIFO, and the server's warden
// (warden.ts) reads it. The end of file comes when the last holder has closed it, exited or been killed.

export const makeFifo = async (fifo: string): Promise<void> => {
  try {
    await runProgram('mkfifo', ['-m', '600', fifo])
  } catch (reason) {
    const there = await lstat(fifo).catch(() => undefined)
    if (there?.isFIFO() !== true) throw reason
  }
}

/** An open write end of the FIFO, or nothing when no warden reads it. */
export const acquireReference = (fifo: string): number | undefined => {
  try {
    return openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch (reason) {
    if (errnoOf(reason) === 'ENXIO') return undefined
    throw reason
  }
}

/** Whether a server runs, in whatever pid namespace: the kernel knows, and no pid has to be looked at. */
export const hasReferences = (fifo: string): boolean => {
  const reference = acquireReference(fifo)
  if (reference !== undefined) closeSync(reference)
  return reference !== undefined
}
