import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import * as t from 'io-ts'
import { E } from '../../src/fp.ts'

// Processes that keep the machine busy beside a measurement. Each sends a message when it works, and another with what
// it has done since, in reply to any message.

const Done = t.strict({
  /** Number of bytes that the server has been sent. */
  bytes: t.number,
  /** CPU seconds of the process. */
  cpuSeconds: t.number,
})
type Done = t.TypeOf<typeof Done>

export type BusyProcess = {
  /** Ends the process. Returns what it has done since it began to work. */
  readonly stop: () => Promise<Done>
}

const startBusy = async (program: string, args: ReadonlyArray<string>): Promise<BusyProcess> => {
  const file = fileURLToPath(new URL(program, import.meta.url))
  const child: ChildProcess = fork(file, args, { execArgv: ['--import', 'tsx'] })
  const exited = once(child, 'exit')
  const nextMessage = async () =>
    (await Promise.race([once(child, 'message'), exited.then(() => undefined)]))?.[0]
  if ((await nextMessage()) === undefined) throw new Error(`${program} ended before it worked`)
  return {
    stop: async () => {
      const answer = nextMessage()
      child.send('stop')
      const done = Done.decode(await answer)
      await exited
      if (E.isLeft(done)) throw new Error(`${program} does not say what it has done`)
      return done.right
    },
  }
}

/** Starts a process that uploads `bytes` to a server by tus, again and again. */
export const startUploader = (origin: string, authorization: string, bytes: number): Promise<BusyProcess> =>
  startBusy('uploader.ts', [origin, authorization, String(bytes)])

/** Starts a process of so many threads that together use this many CPU seconds a second, if they get them. */
export const startBurner = (cpu: number, threads: number, niceness: number): Promise<BusyProcess> =>
  startBusy('burner.ts', [cpu, threads, niceness].map(String))
