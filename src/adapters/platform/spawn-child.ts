import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'

/**
 * Starts a process. If a start fails, Node emits an event in some cases (a missing program), and throws in
 * others (no memory, or a command line that is too long). This function always emits an `error` event and
 * then `close`, so that callers clear their timers and listeners in one place.
 */
export const spawnChild = (
  program: string,
  args: ReadonlyArray<string>,
  options: SpawnOptions,
): ChildProcess => {
  try {
    return spawn(program, args, options)
  } catch (cause) {
    return failedChild(cause)
  }
}

// An object of the class ChildProcess is not created, because its `kill` would signal the process group of
// this process. The object has only the members that callers use, so its type is asserted.
const failedChild = (cause: unknown): ChildProcess => {
  const child = new EventEmitter()
  setImmediate(() => {
    child.emit('error', cause)
    child.emit('close', null, null)
  })
  const noStreams = { stdin: null, stdout: null, stderr: null, stdio: [] }
  return Object.assign(child, noStreams, { kill: () => false, unref: () => {} }) as unknown as ChildProcess
}
