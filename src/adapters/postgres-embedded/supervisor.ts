import { closeSync, constants, openSync } from 'node:fs'
import { spawnChild } from '../platform/spawn-child.ts'
import type { DataFolder } from './data-folder.ts'
import { librarySpawnOptions } from './library-links.ts'
import type { Privilege } from './privilege.ts'
import { acquireServerReference } from './server-reference.ts'

/** Exit code of flock(1) if another supervisor has the lock already. */
const lockTaken = 75

// File descriptor 3 is the read end of the FIFO, which PostgreSQL must not inherit. PostgreSQL does inherit
// the lock of flock(1), so that no second server starts while any process of the first one is alive. So all
// pid files and sockets that are found here are stale, even if a process with that pid exists. After a
// container was killed, such a process nearly always exists, and PostgreSQL would refuse to start.
//
// SIGINT is the fast shutdown. A background job of sh ignores SIGINT until PostgreSQL has set its own
// handlers, so an early SIGINT has no effect. Therefore the script repeats SIGINT until the server has ended,
// which is harmless.
//
// Only this script changes the owner of the folders, because the lock proves that no server uses them, in any
// pid namespace or as any user.
const supervisorScript = `
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
  /**
   * Returns the error that ended the server, if there is one. It is not an error if another supervisor has
   * the lock, or if the server was stopped.
   */
  readonly failure: () => Error | undefined
}

/** Starts a server and its supervisor in a separate session, so that they do not get the SIGINT of Ctrl-C. */
export const startSupervisor = (
  folder: DataFolder,
  { uid }: Privilege,
  command: ReadonlyArray<string>,
): Supervisor => {
  const bothEnds = openSync(folder.fifo, constants.O_RDWR) // while it is open, opening one end does not block
  const readEnd = openSync(folder.fifo, constants.O_RDONLY)
  const log = openSync(folder.log, 'a', 0o600)
  let isRunning = true
  let failure: Error | undefined

  const { cwd, env } = librarySpawnOptions(folder.base)
  const flock = ['--nonblock', `--conflict-exit-code=${lockTaken}`, folder.lock]
  const child = spawnChild('flock', [...flock, '/bin/sh', '-c', supervisorScript, 'pg-warden', ...command], {
    cwd,
    detached: true,
    stdio: ['ignore', log, log, readEnd],
    env: { ...env, CLUSTER: folder.cluster, SOCKETS: folder.sockets, OWNER: String(uid) },
  })
  child.once('error', (reason) => {
    isRunning = false
    failure = reason
  })
  child.once('exit', (code) => {
    isRunning = false
    if (code !== null && code !== 0 && code !== lockTaken) failure = new Error(`exit code ${code}`)
  })
  child.unref()

  const reference = acquireServerReference(folder.fifo)
  for (const file of [bothEnds, readEnd, log]) closeSync(file)
  return { reference, isRunning: () => isRunning, failure: () => failure }
}
