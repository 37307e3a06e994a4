import { spawn } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import path from 'node:path'
import type { DataFolder } from './data-folder.ts'

// The kernel counts who needs the server: each process holds the write end of a FIFO, and a warden beside the
// server reads it. The end of file comes when the last holder has closed it, exited or been killed.

/** flock's own answer when another warden has the lock. */
const lockTaken = 75

// File 3 is the FIFO's read end, which PostgreSQL must not inherit. The lock of flock(1) it does inherit, so
// that no second server starts while any process of the first lives; hence a postmaster.pid found here is
// stale, whatever its number now belongs to. SIGINT is the fast shutdown.
const warden = `
  rm -f "$PID_FILE"
  "$@" </dev/null 3<&- &
  server=$!
  ( read -r _ <&3; kill -INT $server ) &
  watcher=$!
  wait $server
  code=$?
  kill $watcher 2>/dev/null
  exit $code
`

/** An open write end of the FIFO, or nothing when no warden reads it. */
export const takeReference = (fifo: string): number | undefined => {
  try {
    return openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch (reason) {
    if (reason instanceof Error && 'code' in reason && reason.code === 'ENXIO') return undefined
    throw reason
  }
}

export type Warden = {
  readonly reference: number | undefined
  readonly isRunning: () => boolean
  /** What went wrong: not that another warden was faster, nor that the server was told to stop. */
  readonly failure: () => Error | undefined
}

/** Starts a server and its warden, in a session of their own, so that Ctrl-C does not reach them. */
export const startWarden = (folder: DataFolder, command: ReadonlyArray<string>): Warden => {
  const both = openSync(folder.fifo, constants.O_RDWR) // while it is open, opening an end does not wait
  const readEnd = openSync(folder.fifo, constants.O_RDONLY)
  const log = openSync(folder.log, 'a', 0o600)
  let running = true
  let failure: Error | undefined

  const flock = ['--nonblock', `--conflict-exit-code=${lockTaken}`, folder.lock]
  const child = spawn('flock', [...flock, '/bin/sh', '-c', warden, 'pg-warden', ...command], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log, readEnd],
    env: { PATH: process.env.PATH, LC_ALL: 'C', PID_FILE: path.join(folder.cluster, 'postmaster.pid') },
  })
  child.once('error', (reason) => {
    running = false
    failure = reason
  })
  child.once('exit', (code) => {
    running = false
    if (code !== null && code !== 0 && code !== lockTaken) failure = new Error(`exit code ${code}`)
  })
  child.unref()

  const reference = takeReference(folder.fifo)
  for (const file of [both, readEnd, log]) closeSync(file)
  return { reference, isRunning: () => running, failure: () => failure }
}
