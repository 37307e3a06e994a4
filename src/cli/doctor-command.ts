import { examineKeyFiles } from '../composition/key-files.ts'
import { withServicesApartFromKeys } from '../composition/with-services.ts'
import type { Config } from '../config/settings.ts'
import { oneLine } from '../domain/health/health-service.ts'
import { E, pipe, TE } from '../fp.ts'
import { describeOutdated } from '../terminal/describe-outdated.ts'
import { always, type Command, wrongUsage } from './command.ts'
import {
  type Examined,
  examineDataFolder,
  examineDecoders,
  examineNode,
  examineServer,
  placesOf,
  well,
} from './doctor-facts.ts'
import { describeKeys } from './doctor-keys.ts'
import { larderVersion } from './version.ts'

const remediesOf = (config: Config): Readonly<Record<string, string>> => ({
  database:
    config.databaseUrl === null
      ? `see ${config.dataDir}/postgres/postgres.log, and data folder above; \`larder migrate\` makes the tables`
      : 'see DATABASE_URL, or unset it for the embedded one; `larder migrate` makes the tables',
  'object store': 'see the S3_ settings, or DATA_DIR',
  cache: 'see CACHE_DIR: Larder must be able to write there',
  transcoder: 'install ffmpeg, or set FFMPEG_PATH and FFPROBE_PATH; pictures work without it',
})

/** Database, store, cache and transcoder, as a server has them. */
const examineServices = (config: Config): Promise<ReadonlyArray<Examined>> =>
  // What would be logged is told by the findings.
  withServicesApartFromKeys({ ...config, logLevel: 'silent' }, async (larder) => {
    const { database, health, transcoder, ingest } = larder
    // An embedded one may have to start first, for longer than a look takes; and says here why it does not.
    const asked = await database.check()
    const { findings } = await health.examine()
    const places = placesOf(config)
    const remedies = remediesOf(config)
    const services = findings.map(({ name, fault }) => ({
      name,
      detail: places[name] ?? '',
      fault: name === 'database' && fault !== null && E.isLeft(asked) ? oneLine(asked.left.cause) : fault,
      remedy: remedies[name] ?? '',
    }))
    const isolation = await transcoder.isolation()
    const decoders = E.isRight(isolation) ? [examineDecoders(isolation.right)] : []
    // Where the database cannot be asked, its own finding says so.
    const outdated = E.isRight(asked) ? await ingest.countOutdated() : asked
    const library = E.isRight(outdated) ? [well('library', describeOutdated(outdated.right))] : []
    const engine = await pipe(
      TE.Do,
      TE.apS('name', transcoder.describe),
      TE.apS('differences', transcoder.differences),
    )()
    if (E.isRight(engine)) {
      const { name, differences } = engine.right
      return [...services, ...library, ...decoders, well('transcoder', [name, ...differences].join('; '))]
    }
    const fault = oneLine(engine.left.cause)
    const without = { name: 'transcoder', detail: '', fault, remedy: remedies.transcoder ?? '' }
    return [...services, ...library, ...decoders, without]
  })

/** A look that fails is a finding: no part of the report is lost for another. */
const looked = async (
  name: string,
  look: () => Promise<ReadonlyArray<Examined>>,
): Promise<ReadonlyArray<Examined>> => {
  try {
    return await look()
  } catch (error) {
    return [{ name, detail: '', fault: oneLine(error), remedy: 'mend what is named here, and look again' }]
  }
}

const linesOf = ({ name, detail, fault, remedy }: Examined): ReadonlyArray<string> =>
  fault === null
    ? [`ok    ${name}: ${detail}`]
    : [
        `fault ${name}${detail === '' || fault.includes(detail) ? '' : ` (${detail})`}: ${fault}`,
        `      → ${remedy}`,
      ]

/** Looks at everything that Larder depends on, and says at what; exit code 1 when something is wrong. */
export const doctorCommand: Command = {
  usage: 'doctor',
  about: 'Looks at what Larder depends on, says at what it looked, and what to do where something is wrong.',
  words: [],
  needsLibrary: always,
  run: async ({ config, args, report }) => {
    if (args.length > 0) throw wrongUsage('doctor')
    const folder = await examineDataFolder(config.dataDir, process.getuid?.() ?? 0)
    const around = [
      examineNode(larderVersion(), process.versions.node),
      folder,
      describeKeys(examineKeyFiles(config)),
      await examineServer(config),
    ]
    // Without its folder nothing else could be opened, or it would be made, as another user's.
    const all =
      folder.fault === null
        ? [...around, ...(await looked('services', () => examineServices(config)))]
        : around
    for (const examined of all)
      report({
        lines: linesOf(examined),
        json: Object.assign({}, examined, { remedy: examined.fault === null ? null : examined.remedy }),
      })
    return all.some(({ fault }) => fault !== null) ? 1 : 0
  },
}
