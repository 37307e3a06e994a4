import type { LibraryPart } from '../adapters/fs/library-folder.ts'
import { checkLibrary } from '../adapters/fs/library-folder.ts'
import { newSecretKey } from '../adapters/jose/token-key.ts'
import type { Config } from '../config/settings.ts'
import { createAdapters } from './adapters.ts'
import { createServices, type Larder } from './larder.ts'

/** What DATA_DIR must hold for these settings; all else in it can be missing without a loss. */
const libraryParts = (config: Config): ReadonlyArray<LibraryPart> => [
  ...(config.databaseUrl === null ? [{ what: 'database', path: 'postgres' } as const] : []),
  ...[
    { isSet: config.imageTokenKeys !== null, name: 'image-tokens' },
    { isSet: config.contentTokenKeys !== null, name: 'content-tokens' },
    { isSet: config.idTokenKeys !== null, name: 'id-tokens' },
  ].flatMap(({ isSet, name }) => (isSet ? [] : [{ what: 'keys', path: `keys/${name}` } as const])),
]

const withLarder = async <A>(config: Config, work: (larder: Larder) => Promise<A>): Promise<A> => {
  const { close, ...adapters } = await createAdapters(config)
  const result = await work({ ...adapters, ...createServices(adapters, config) }).catch(async (error) => {
    // What went wrong first is what its user has to know.
    await close().catch((cause) => adapters.log.error('closing.failed', { cause: String(cause) }))
    throw error
  })
  await close()
  return result
}

/**
 * Runs `work` with all of Larder on a library that is there, and closes everything however it ends. Throws a UserError
 * where there is none: a command that may make one calls `withNewLibrary`.
 */
export const withServices = async <A>(config: Config, work: (larder: Larder) => Promise<A>): Promise<A> => {
  await checkLibrary(config.dataDir, libraryParts(config), false)
  return withLarder(config, work)
}

/** The same with keys that no other process has, for a look at all but the keys: theirs may be what is wrong. */
export const withServicesApartFromKeys = async <A>(
  config: Config,
  work: (larder: Larder) => Promise<A>,
): Promise<A> => {
  await checkLibrary(config.dataDir, libraryParts(config), false)
  const keys = [newSecretKey('k1')]
  const own = { imageTokenKeys: keys, contentTokenKeys: keys, idTokenKeys: keys }
  return withLarder(Object.assign({}, config, own), work)
}

/** As `withServices`, and makes what is missing; `made` says so in a line, and is `null` when all was there. */
export const withNewLibrary = async <A>(
  config: Config,
  work: (larder: Larder, made: string | null) => Promise<A>,
): Promise<A> => {
  const made = await checkLibrary(config.dataDir, libraryParts(config), true)
  return withLarder(config, (larder) =>
    work(larder, made === null ? null : `made ${made} in ${config.dataDir}`),
  )
}
