import type { LibraryPart } from '../adapters/fs/library-folder.ts'
import { checkLibrary } from '../adapters/fs/library-folder.ts'
import { generateSecretKey } from '../adapters/jose/token-keys.ts'
import type { Config } from '../config/settings.ts'
import { createAdapters } from './adapters.ts'
import { createServices, type Larder } from './larder.ts'

/**
 * Returns the parts of the library that DATA_DIR must contain with these settings. All other content of
 * DATA_DIR can be recreated.
 */
const libraryParts = (config: Config): ReadonlyArray<LibraryPart> => [
  ...(config.databaseUrl === null ? [{ what: 'database', path: 'postgres' } as const] : []),
  ...[
    { isSet: config.imageTokenKeys !== null, name: 'image-tokens' },
    { isSet: config.contentTokenKeys !== null, name: 'content-tokens' },
    { isSet: config.idTokenKeys !== null, name: 'id-tokens' },
  ].flatMap(({ isSet, name }) => (isSet ? [] : [{ what: 'keys', path: `keys/${name}` } as const])),
]

/** `reported`: names of events that are not logged, because the command prints them itself, in words. */
type Reporting = { readonly reported?: ReadonlyArray<string> }

const withLarder = async <A>(
  config: Config,
  work: (larder: Larder) => Promise<A>,
  { reported = [] }: Reporting = {},
): Promise<A> => {
  const { close, ...adapters } = await createAdapters(config, reported)
  const result = await work({ ...adapters, ...createServices(adapters, config) }).catch(async (error) => {
    // The first error is thrown. A further error of `close` is only logged.
    await close().catch((cause) => adapters.log.error('closing.failed', { cause: String(cause) }))
    throw error
  })
  await close()
  return result
}

/**
 * Runs `work` with all services on an existing library, and closes everything, whatever the outcome. Throws a
 * UserError if there is no library. A command that may create a library calls `withNewLibrary` instead.
 */
export const withServices = async <A>(
  config: Config,
  work: (larder: Larder) => Promise<A>,
  reporting?: Reporting,
): Promise<A> => {
  await checkLibrary(config.dataDir, libraryParts(config), false)
  return withLarder(config, work, reporting)
}

/**
 * Like `withServices`, but uses temporary token keys, so that `doctor` works even if key files are damaged.
 */
export const withTemporaryKeys = async <A>(
  config: Config,
  work: (larder: Larder) => Promise<A>,
): Promise<A> => {
  await checkLibrary(config.dataDir, libraryParts(config), false)
  const keys = [generateSecretKey('k1')]
  const temporary = { imageTokenKeys: keys, contentTokenKeys: keys, idTokenKeys: keys }
  return withLarder(Object.assign({}, config, temporary), work)
}

/**
 * Like `withServices`, but creates the missing parts of the library. `created` describes the parts that were
 * created; `null` if no part was missing.
 */
export const withNewLibrary = async <A>(
  config: Config,
  work: (larder: Larder, created: string | null) => Promise<A>,
  reporting?: Reporting,
): Promise<A> => {
  const created = await checkLibrary(config.dataDir, libraryParts(config), true)
  return withLarder(
    config,
    (larder) => work(larder, created === null ? null : `created ${created} in ${config.dataDir}`),
    reporting,
  )
}
