import { withServices } from '../composition.ts'
import { oneLine } from '../domain/health/health-service.ts'
import { E } from '../fp.ts'
import { type Command, wrongUsage } from './command.ts'

const remedies: Readonly<Record<string, string>> = {
  database: 'see DATABASE_URL, or unset it for the embedded one; `larder migrate` makes the tables',
  'object store': 'see the S3_ settings, or DATA_DIR',
  cache: 'see CACHE_DIR: Larder must be able to write there',
  transcoder: 'install ffmpeg, or set FFMPEG_PATH and FFPROBE_PATH; pictures work without it',
}

/** Looks at everything that Larder depends on; exit code 1 when something is wrong. */
export const doctorCommand: Command = {
  usage: 'doctor',
  about: 'Looks at the database, the store, the cache and ffmpeg, and says what to do where one is at fault.',
  words: [],
  run: ({ config, args, print }) => {
    if (args.length > 0) throw wrongUsage('doctor')
    // What would be logged is told by the findings.
    return withServices({ ...config, logLevel: 'silent' }, async ({ database, health, transcoder }) => {
      await database.check() // an embedded one may have to start first, for longer than a look takes
      const { findings } = await health.examine()
      const engine = await transcoder.describe()
      const all = [
        ...findings.map(({ name, fault }) => ({ name, fault, detail: '' })),
        E.isLeft(engine)
          ? { name: 'transcoder', fault: oneLine(engine.left.cause), detail: '' }
          : { name: 'transcoder', fault: null, detail: ` (${engine.right})` },
      ]
      for (const { name, fault, detail } of all)
        print(
          fault === null
            ? `ok    ${name}${detail}`
            : `fault ${name}: ${fault}\n      → ${remedies[name] ?? ''}`,
        )
      return all.some(({ fault }) => fault !== null) ? 1 : 0
    })
  },
}
