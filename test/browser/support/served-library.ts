import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type LarderExit, runLarder, serveLarder } from '../../support/run-larder.ts'
import { waitForServerExit } from '../../support/wait-for-server-exit.ts'

/** A new library on the built server. */
export type ServedLibrary = {
  /** A folder for files of the test. It is deleted with the library. */
  readonly folder: string
  readonly base: string
  /** Adds a file and makes its exports. Returns the file's uid. */
  readonly add: (file: string) => Promise<string>
  /** Mints a token with these options of `larder token`. */
  readonly tokenFor: (uid: string, ...options: ReadonlyArray<string>) => Promise<string>
  readonly larder: (...args: ReadonlyArray<string>) => Promise<LarderExit>
  /** The lines that the server has printed on standard error. */
  readonly complaints: ReadonlyArray<string>
  readonly close: () => Promise<void>
}

export const serveLibrary = async (): Promise<ServedLibrary> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'larder-players-'))
  const env = { DATA_DIR: path.join(folder, 'data') }
  const larder = (...args: ReadonlyArray<string>) => runLarder(args, env, 'built')
  const line = async (...args: ReadonlyArray<string>): Promise<string> => {
    const { code, out, err } = await larder(...args)
    if (code !== 0 || out[0] === undefined) throw new Error(err.join('\n'))
    return out[0]
  }
  const serving = await serveLarder(env, 'built')
  return {
    folder,
    base: serving.base,
    add: async (file) => JSON.parse(await line('add', '--json', file)).uid,
    tokenFor: (uid, ...options) => line('token', uid, ...options),
    larder,
    complaints: serving.err,
    close: async () => {
      await serving.end('SIGTERM')
      await waitForServerExit(path.join(env.DATA_DIR, 'postgres'))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
