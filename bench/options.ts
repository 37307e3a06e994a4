import { parseArgs } from 'node:util'
import type { BenchContext, RunningServer, Settings } from './figures/figure.ts'

export const USAGE = `npm run bench -- [--smoke] [--figure ID]… [--out FILE] [--date ISO]
                  [--connections N] [--rounds N] [--seconds N] [--generator wrk|own]
                  [--server ORIGIN --warm NAME=PATH… [--header 'NAME: VALUE']…]

  --smoke      few replies: shows that the bench works, its numbers mean nothing
  --figure     only this one (P0, P3 …) and what belongs to it (P9-READS to P9); may be repeated
  --generator  what loads the servers of P0 to P3 and P5: wrk where it is installed, else the bench's own
  --server     a running Larder, such as http://127.0.0.1:8080, instead of one that the bench builds and starts
  --warm       what is warm on it, such as part_memory=/api/1/…; repeated, a name has several paths
`

export type Options = Omit<BenchContext, 'lab' | 'settings'> & {
  readonly settings: Omit<Settings, 'generator'>
  /** The load generator. `undefined`: wrk if it is installed. */
  readonly generator: Settings['generator'] | undefined
  /** Ids of the figures, in capitals. Empty: all figures. */
  readonly figures: ReadonlyArray<string>
  readonly out: string
  /** Date of the report (ISO 8601). */
  readonly date: string | undefined
}

const FULL: Options['settings'] = {
  connections: 32,
  warmupSeconds: 1,
  seconds: 4,
  repliesEach: null,
  rounds: 5,
}
/**
 * A smoke run ends by the number of replies, if the generator can count them. So every server gets requests,
 * even on a busy machine.
 */
const SMOKE: Options['settings'] = {
  connections: 4,
  warmupSeconds: 0,
  seconds: 60,
  repliesEach: 20,
  rounds: 1,
}

/** Throws for invalid options. The message names the option. */
export const optionsOf = (args: ReadonlyArray<string>): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      smoke: { type: 'boolean', default: false },
      figure: { type: 'string', multiple: true, default: [] },
      out: { type: 'string', default: 'bench/results.json' },
      date: { type: 'string' },
      connections: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      generator: { type: 'string' },
      server: { type: 'string' },
      warm: { type: 'string', multiple: true, default: [] },
      header: { type: 'string', multiple: true, default: [] },
    },
  })
  const defaults = values.smoke ? SMOKE : FULL
  return {
    smoke: values.smoke,
    figures: values.figure.map((id) => id.toUpperCase()),
    out: values.out,
    date: values.date,
    generator: generatorOf(values.generator),
    settings: {
      ...defaults,
      connections: positive('connections', values.connections) ?? defaults.connections,
      rounds: positive('rounds', values.rounds) ?? defaults.rounds,
      seconds: positive('seconds', values.seconds) ?? defaults.seconds,
    },
    server: values.server === undefined ? undefined : serverOf(values.server, values.warm, values.header),
  }
}

const positive = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (!(Number(text) > 0)) throw new Error(`--${name} ${text}: a number above 0 is needed, such as 4`)
  return Number(text)
}

const generatorOf = (text: string | undefined): Options['generator'] => {
  if (text === undefined || text === 'wrk' || text === 'own') return text
  throw new Error(`--generator ${text}: there are wrk and own`)
}

const serverOf = (
  server: string,
  warm: ReadonlyArray<string>,
  header: ReadonlyArray<string>,
): RunningServer => {
  const { origin } = new URL(server)
  const headers = Object.fromEntries(header.map((text) => split('header', text, ':')))
  const pairs = warm.map((text) => split('warm', text, '='))
  const pathsOf = (wanted: string) => pairs.flatMap(([name, path]) => (name === wanted ? [path] : []))
  return {
    warm: Object.fromEntries(
      pairs.map(([name]) => [name, { origin, pid: null, paths: pathsOf(name), headers }]),
    ),
  }
}

const split = (option: string, text: string, separator: string): readonly [string, string] => {
  const at = text.indexOf(separator)
  if (at < 1) throw new Error(`--${option} ${text}: there is no '${separator}' in it`)
  return [text.slice(0, at), text.slice(at + 1).trim()]
}
