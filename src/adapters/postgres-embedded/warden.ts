import { spawn } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import type { DataFolder } from './data-folder.ts'
import type { Privilege } from './privilege.ts'
import { acquireReference } from './server-reference.ts'

/** flock's own answer when another warden has the lock. */
const lockTaken = 75

// File 3 is the FIFO's read end, which PostgreSQL must not inherit. The lock of flock(1) it does inherit, so
// that no second server starts while any process of the first lives; hence the pid files and the socket found here
// are stale, whatever their numbers now belong to (those of a killed container nearly always belong to another
// process, and PostgreSQL would not start).
//
// SIGINT is the fast shutdown. It is ignored in a background job of sh until PostgreSQL has set its own handlers, so one
// that comes early is lost: it is sent until the server has ended. A repeated one changes nothing.
//
// What another kind of start has left to another user changes hands here and nowhere else: the lock is proof that no
// server lives in the folder, in no pid namespace and under no user.
const warden = `
  for folder in "$CLUSTER" "$SOCKETS"; do
    [ "$(stat -c %u "$folder")" = "$OWNER" ] || chown -R "$OWNER:$OWNER" "$folder" || exit
  done
  rm -f "$CLUSTER/postmaster.pid" "$SOCKETS"/.s.PGSQL.*
  "$@" </dev/null 3<&- &
  server=$!
  ( read -r _ <&3; while kill -INT $server; do sleep 0.2 3<&-; done ) 2>/dev/null &
  watcher=$!
  wait $server
  code=$?
  kill $watcher 2>/dev/null
  exit $code
`

export type Supervisor = {
  readonly reference: number | undefined
  readonly isRunning: () => boolean
  /** What went wrong: not that another warden was faster, nor that the server was told to stop. */
  readonly failure: () => Error | undefined
}

/** Starts a server and its warden, in a session of their own, so that Ctrl-C does not reach them. */
export const startSupervisor = (
  folder: DataFolder,
  { uid }: Privilege,
  command: ReadonlyArray<string>,
): Supervisor => {
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
    env: {
      PATH: process.env.PATH,
      LC_ALL: 'C',
      CLUSTER: folder.cluster,
      SOCKETS: folder.sockets,
      OWNER: String(uid),
    },
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

  const reference = acquireReference(folder.fifo)
  for (const file of [both, readEnd, log]) closeSync(file)
  return { reference, isRunning: () => running, failure: () => failure }
}
