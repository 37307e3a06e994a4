import { examineKeyFiles } from '../composition/key-files.ts'
import type { Config } from '../config/settings.ts'
import { oneLineMessage } from '../domain/shared/error-text.ts'
import { E, pipe, TE } from '../fp.ts'
import { describeOutdated } from '../terminal/describe-outdated.ts'
import { alwaysNeedsLibrary, type Command, usageError } from './command.ts'
import {
  type DoctorFinding,
  examineDataFolder,
  examineDecoders,
  examineNode,
  examineServer,
  healthyFinding,
  serviceLocations,
} from './doctor-findings.ts'
import { describeKeyFiles } from './doctor-keys.ts'
import { larderVersion } from './larder-version.ts'
import { withTemporaryKeys } from './library.ts'

const remediesOf = (config: Config): Readonly<Record<string, string>> => ({
  database:
    config.databaseUrl === null
      ? `see ${config.dataDir}/postgres/postgres.log, and the data folder above; \`larder migrate\` creates the tables`
      : 'see DATABASE_URL, or unset it for the embedded one; `larder migrate` creates the tables',
  'object store': 'see the S3_ settings, or DATA_DIR',
  cache: 'see CACHE_DIR: Larder must be able to write there',
  transcoder: 'install ffmpeg, or set FFMPEG_PATH and FFPROBE_PATH; pictures need neither',
})

/** Checks database, object store, cache and transcoder with the same adapters as the server. */
const examineServices = (config: Config): Promise<ReadonlyArray<DoctorFinding>> =>
  // These checks log nothing, because the findings report the same problems.
  withTemporaryKeys({ ...config, logLevel: 'silent' }, async (larder) => {
    const { database, health, transcoder, ingest } = larder
    // Embedded PostgreSQL may need more time to start than a health check waits. So this check waits for the
    // start, and its result contains the error of a failed start.
    const checked = await database.check()
    const { findings } = await health.examine()
    const places = serviceLocations(config)
    const remedies = remediesOf(config)
    // A command does not follow changes, so there is nothing to say about the bus.
    const services = findings
      .filter(({ name }) => name !== 'bus')
      .map(({ name, fault }) => ({
        name,
        detail: places[name] ?? '',
        fault:
          name === 'database' && fault !== null && E.isLeft(checked)
            ? oneLineMessage(checked.left.cause)
            : fault,
        remedy: remedies[name] ?? '',
      }))
    const isolation = await transcoder.isolation()
    const decoders = E.isRight(isolation) ? [examineDecoders(isolation.right)] : []
    // If the database is down, the finding about the database reports that, so there is no finding about the
    // library.
    const outdated = E.isRight(checked) ? await ingest.countOutdated() : checked
    const library = E.isRight(outdated) ? [healthyFinding('library', describeOutdated(outdated.right))] : []
    const engine = await pipe(
      TE.Do,
      TE.apS('name', transcoder.describe),
      TE.apS('differences', transcoder.differences),
    )()
    if (E.isRight(engine)) {
      const { name, differences } = engine.right
      return [
        ...services,
        ...library,
        ...decoders,
        healthyFinding('transcoder', [name, ...differences].join('; ')),
      ]
    }
    const fault = oneLineMessage(engine.left.cause)
    const missing = { name: 'transcoder', detail: '', fault, remedy: remedies.transcoder ?? '' }
    return [...services, ...library, ...decoders, missing]
  })

/** Runs a check. Converts an exception to a finding, so that the other findings are still reported. */
const examineSafely = async (
  name: string,
  examine: () => Promise<ReadonlyArray<DoctorFinding>>,
): Promise<ReadonlyArray<DoctorFinding>> => {
  try {
    return await examine()
  } catch (error) {
    return [
      { name, detail: '', fault: oneLineMessage(error), remedy: 'correct this, and run the command again' },
    ]
  }
}

const linesOf = ({ name, detail, fault, remedy }: DoctorFinding): ReadonlyArray<string> =>
  fault === null
    ? [`ok    ${name}: ${detail}`]
    : [
        `fault ${name}${detail === '' || fault.includes(detail) ? '' : ` (${detail})`}: ${fault}`,
        `      → ${remedy}`,
      ]

/** Checks everything on which Larder depends. The exit code is 1 if there is a fault. */
export const doctorCommand: Command = {
  usage: 'doctor',
  about: 'Checks everything that Larder depends on, and explains how to correct faults.',
  words: [],
  needsLibrary: alwaysNeedsLibrary,
  run: async ({ config, args, report }) => {
    if (args.length > 0) throw usageError('doctor')
    const folder = await examineDataFolder(config.dataDir, process.getuid?.() ?? 0)
    const basics = [
      examineNode(larderVersion(), process.versions.node),
      folder,
      describeKeyFiles(examineKeyFiles(config)),
      await examineServer(config),
    ]
    // If the data folder has a fault, the services are not opened: opening fails, or creates files as the
    // wrong user.
    const all =
      folder.fault === null
        ? [...basics, ...(await examineSafely('services', () => examineServices(config)))]
        : basics
    for (const examined of all)
      report({
        lines: linesOf(examined),
        json: Object.assign({}, examined, { remedy: examined.fault === null ? null : examined.remedy }),
      })
    return all.some(({ fault }) => fault !== null) ? 1 : 0
  },
}
