import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { formatTokenKeys } from '../../src/adapters/jose/token-keys.ts'
import type { PgConnection } from '../../src/adapters/knex/create-knex.ts'
import { createKnexUserRepository } from '../../src/adapters/knex/knex-user-repository.ts'
import { right } from './expect-right.ts'
import { createMemoryLarder, testKeys } from './memory-larder.ts'
import { poster } from './pictures.ts'
import { connectionUrl } from './postgres.ts'
import { pollUntilTrue } from './processes.ts'
import { type ServingLarder, serveLarder, waitUntilReady } from './run-larder.ts'
import { scratchFolder } from './scratch.ts'

export type TusRun = {
  /** The offsets of its requests with bytes, in their order. */
  readonly offsets: ReadonlyArray<number>
  /** The path of the upload; `null` if the client gave up. */
  readonly path: string | null
}

export type UploadServers = {
  readonly token: string
  /** Starts another server of the library. */
  readonly serve: () => Promise<ServingLarder>
  /** The number of bytes in the files of unfinished uploads. */
  readonly arrivedBytes: () => Promise<number>
  /** Waits until the file of the upload at this path is in the library, as this server sees it. */
  readonly untilInLibrary: (base: string, path: string) => Promise<void>
  /** Fails if the objects of all servers do not have these bytes once, or if a file of an upload is left. */
  readonly expectKeptOnce: (bytes: Buffer) => Promise<void>
  /** Uploads the file by tus-js-client in a new process, which has its URLs in `{path}.urls`. */
  readonly runTusClient: (base: string, path: string, retries: number) => Promise<TusRun>
  readonly close: () => Promise<void>
}

/**
 * A picture followed by this number of bytes, in which each four bytes occur once, and which differ by `seed`. Decoders
 * do not read them.
 */
export const longPicture = async (bytes: number, seed: number): Promise<Buffer> => {
  const tail = Uint32Array.from({ length: bytes / 4 }, (_, index) => seed * 2 ** 24 + index)
  return Buffer.concat([await poster(64).png().toBuffer(), Buffer.from(tail.buffer)])
}

/** Prepares servers with one library and one folder of uploads, as several machines share them. */
export const prepareUploadServers = async (db: Knex, connection: PgConnection): Promise<UploadServers> => {
  const folder = await scratchFolder()
  const incoming = join(folder, 'incoming')
  const env = {
    DATABASE_URL: connectionUrl(connection),
    INCOMING_DIR: incoming,
    ID_TOKEN_SECRET: formatTokenKeys([testKeys.id]),
    JOBS: '0',
  }
  const { admins } = await createMemoryLarder({ clock: Date.now, users: createKnexUserRepository(db) })
  await right(admins.setAdmin('ann', true))
  const token = await right(admins.mintIdToken('ann'))
  const dataDirs: string[] = []
  const servers: ServingLarder[] = []

  const unfinished = async () => (await readdir(incoming)).filter((name) => name.startsWith('up_'))
  const sizeOf = async (name: string) => (await stat(join(incoming, name)).catch(() => null))?.size ?? 0
  const objectsOf = async (dataDir: string): Promise<ReadonlyArray<Buffer>> => {
    const dir = join(dataDir, 'objects', 's3_files')
    const names = await readdir(dir).catch(() => [])
    return Promise.all(names.map((name) => readFile(join(dir, name))))
  }

  return {
    token,
    serve: async () => {
      const dataDir = join(folder, `data-${dataDirs.length}`)
      dataDirs.push(dataDir)
      const server = await serveLarder({ ...env, DATA_DIR: dataDir })
      servers.push(server)
      await waitUntilReady(server.base)
      return server
    },
    arrivedBytes: async () =>
      (await Promise.all((await unfinished()).map(sizeOf))).reduce((sum, size) => sum + size, 0),
    untilInLibrary: async (base, path) => {
      await pollUntilTrue(async () => {
        const reply = await fetch(`${base}${path.replace('/tus/', '/')}`, {
          headers: { authorization: `Bearer ${token}` },
        })
        const { state } = (await reply.json()) as { readonly state: string }
        return state === 'in_library'
      })
    },
    expectKeptOnce: async (bytes) => {
      const objects = (await Promise.all(dataDirs.map(objectsOf))).flat()
      expect(objects.filter((object) => object.equals(bytes))).to.have.length(1)
      const { rows } = await db.raw('select uid from image_files')
      expect(rows).to.have.length(objects.length)
      expect(await unfinished()).to.deep.equal([])
    },
    runTusClient: (base, path, retries) =>
      new Promise((resolve) => {
        const endpoint = `${base}/api/1/uploads/tus`
        const program = 'test/support/tus-client-process.mjs'
        execFile(
          process.execPath,
          [program, endpoint, path, `${path}.urls`, token, `${retries}`],
          (_, out) => {
            const url = /^done (.+)$/m.exec(out)?.[1]
            resolve({
              offsets: [...out.matchAll(/^PATCH (\d+)$/gm)].map(([, offset]) => Number(offset)),
              path: url === undefined ? null : new URL(url).pathname,
            })
          },
        )
      }),
    close: async () => {
      await Promise.all(servers.map(({ end }) => end('SIGTERM')))
    },
  }
}
