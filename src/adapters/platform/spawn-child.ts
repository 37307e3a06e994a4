import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'

/**
 * Starts a process. Node reports some failed starts by an event (a missing program), and throws others (no
 * memory, too long a command line). Here every failed start is an `error` event, followed by `close`, so that
 * callers clear their timers and listeners in one place.
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

// The constructor of ChildProcess is not used: `kill` of one without a process would signal this process group.
// So the type is asserted for an object with the members that callers use.
const failedChild = (cause: unknown): ChildProcess => {
  const child = new EventEmitter()
  setImmediate(() => {
    child.emit('error', cause)
    child.emit('close', null, null)
  })
  const noStreams = { stdin: null, stdout: null, stderr: null, stdio: [] }
  return Object.assign(child, noStreams, { kill: () => false, unref: () => {} }) as unknown as ChildProcess
}
