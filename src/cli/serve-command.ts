import { createServer } from 'node:http'
import { createHttpApp, type Larder, withNewLibrary } from '../composition.ts'
import type { Config } from '../config.ts'
import { type Command, type CommandContext, wrongUsage } from './command.ts'
import { close, listen, withPort } from './listening.ts'
import { createPantryWork } from './pantry-work.ts'

/** npm hands on to us the Ctrl-C that the terminal has sent to us already: what comes so soon is the same one. */
const echoMilliseconds = 500

const untilSignal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        resolve()
        process.on(signal, () => undefined)
        // Whoever asks again does not want to wait.
        setTimeout(() => process.once(signal, () => process.exit(130)), echoMilliseconds).unref()
      })
    }
  })

const serve = async (
  larder: Larder,
  config: Config,
  made: string | null,
  print: CommandContext['print'],
): Promise<number> => {
  const server = createServer(createHttpApp(larder, config))
  const { port } = await listen(server, config)
  const stopped = untilSignal()
  print(
    `Larder answers at ${config.publicUrl}${config.publicUrl.endsWith(`:${port}`) ? '' : ` (port ${port})`}`,
  )

  if (made !== null) print(`  ${made}`)

  const work = createPantryWork(larder, config, print)
  const working = work.run()
  await stopped
  await Promise.all([work.stop(), close(server, config.shutdownGraceSeconds)])
  await working
  return 0
}

/** Serves until it is told to stop; meanwhile finishes what was cut off, and fills an empty library with samples. */
export const serveCommand: Command = {
  usage: 'serve',
  about: 'Serves until Ctrl-C, makes exports that are unfinished, and fills an empty library with samples.',
  words: [],
  run: async ({ config: given, args, print }) => {
    if (args.length > 0) throw wrongUsage('serve')
    const config = await withPort(given)
    return withNewLibrary(config, (larder, made) => serve(larder, config, made, print))
  },
}
