import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { withNewLibrary } from '../../src/composition/with-services.ts'
import { addFile } from '../../src/domain/ingest/add-file.ts'
import { E } from '../../src/fp.ts'
import { right } from '../support/expect-right.ts'

export type FuzzLibrary = {
  readonly publicImage: { readonly uid: string; readonly jwt: string }
  readonly privateImage: { readonly uid: string; readonly jwt: string }
  readonly film: { readonly uid: string; readonly jwt: string }
  readonly idToken: string
}

const ttlSeconds = 86_400

/** Makes a library on embedded PostgreSQL with a public picture, a private one, a film and an admin. */
export const makeLibrary = async (env: Readonly<Record<string, string>>): Promise<FuzzLibrary> => {
  const config = loadSettings(env)
  if (E.isLeft(config)) throw new Error(config.left.join('\n'))
  const other = join(config.right.dataDir, 'gradient.png')
  return withNewLibrary(config.right, async ({ database, ingest, jobWork, admins }) => {
    await right(database.migrate)
    const gradient = Buffer.alloc(700 * 500 * 3).map((_, at) => (at * 7 + (at >> 9)) & 255)
    await writeFile(
      other,
      await sharp(gradient, { raw: { width: 700, height: 500, channels: 3 } })
        .png()
        .toBuffer(),
    )
    const add = async (path: string, isPublic: boolean) => {
      const options = { isPublic, onRegistered: () => undefined, onProgress: () => undefined }
      const { uid } = await right(addFile({ ingest, jobWork }, path, options))
      return { uid, jwt: (await right(admins.mintMediaToken(uid, ttlSeconds))).jwt }
    }
    await right(admins.setAdmin('fuzz', true))
    return {
      publicImage: await add('docs/watch.png', true),
      privateImage: await add(other, false),
      film: await add('test/media/bunny.mp4', false),
      idToken: await right(admins.mintIdToken('fuzz')),
    }
  })
}
