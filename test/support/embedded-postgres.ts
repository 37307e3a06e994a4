import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import type { EmbeddedPostgres } from '../../src/adapters/postgres-embedded/embedded-postgres.ts'

/** Runs one statement on a connection of its own. */
export const queryServer = async (
  { connection }: EmbeddedPostgres,
  sql: string,
): Promise<ReadonlyArray<unknown>> => {
  const client = new Client(connection)
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}

type Holder = {
  readonly process: ChildProcessByStdio<Writable, Readable, null>
  readonly postmasterPid: number
}

/** Starts another process that uses the server in `dir`. */
export const startHolder = async (dir: string, wrap: ReadonlyArray<string> = []): Promise<Holder> => {
  const script = fileURLToPath(new URL('./hold-postgres.ts', import.meta.url))
  const [command = '', ...args] = [...wrap, process.execPath, '--import', 'tsx', script, dir]
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  return { process: child, postmasterPid: Number(line) }
}

export const killHolder = async ({ process: child }: Holder): Promise<void> => {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

export const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The message of the error with which an attempt fails. */
export const startError = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'it succeeded',
    (reason: Error) => reason.message,
  )
