// Commands that open the library load the AWS SDK, sharp, Knex and Koa here. `larder help`, `--version` and
// `token --explain` start without them.
import type * as Services from '../composition/with-services.ts'

const load = () => import('../composition/with-services.ts')

export const withServices: typeof Services.withServices = async (config, work, reporting) =>
  (await load()).withServices(config, work, reporting)

export const withTemporaryKeys: typeof Services.withTemporaryKeys = async (config, work) =>
  (await load()).withTemporaryKeys(config, work)

export const withNewLibrary: typeof Services.withNewLibrary = async (config, work, reporting) =>
  (await load()).withNewLibrary(config, work, reporting)

/** What is logged of a file that is refused; commands that add files or remake them tell the person instead. */
export const reportedByCommand = { reported: ['examiner.refused', 'transcoder.refused'] }
