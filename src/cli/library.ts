// Loads the code that opens the library (with the AWS SDK, sharp, Knex and Koa) only when a command needs it.
// `larder help`, `--version` and `token --explain` start without it.
import type * as Services from '../composition/with-services.ts'

const load = () => import('../composition/with-services.ts')

export const withServices: typeof Services.withServices = async (config, work, reporting) =>
  (await load()).withServices(config, work, reporting)

export const withTemporaryKeys: typeof Services.withTemporaryKeys = async (config, work) =>
  (await load()).withTemporaryKeys(config, work)

export const withNewLibrary: typeof Services.withNewLibrary = async (config, work, reporting) =>
  (await load()).withNewLibrary(config, work, reporting)

/**
 * Log events about refused files. Commands that add or remake files print these refusals, so they are not
 * logged.
 */
export const reportedByCommand = { reported: ['examiner.refused', 'transcoder.refused'] }
