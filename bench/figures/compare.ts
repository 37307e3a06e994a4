import type { Load, ThroughputAnswer } from '../load/load.ts'
import { measure } from '../load/measure.ts'
import { measureByWrk } from '../load/wrk.ts'
import type { Finding, Ratio, Settings } from './figure.ts'

/** A server and the paths to request. */
type Subject = {
  readonly name: string
  readonly origin: string
  readonly pid: number | null
  readonly paths: ReadonlyArray<string>
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Minimum throughput of the first subject, as a multiple of the throughput of each other subject (by name).
 */
export type Goals = Readonly<Record<string, number>>

/** A named piece of work whose throughput can be measured. */
export type Contender = { readonly name: string; readonly measure: () => Promise<ThroughputAnswer> }

/** Measures the subjects in turn, once per round. The first finding has the ratios to all other subjects. */
export const compare = (
  work: string,
  subjects: ReadonlyArray<Subject>,
  settings: Settings,
  goals: Goals = {},
): Promise<ReadonlyArray<Finding>> =>
  compareContenders(
    work,
    subjects.map((subject) => ({ name: subject.name, measure: () => measureSubject(subject, settings) })),
    settings,
    goals,
  )

/** Like `compare`, for work that is not an HTTP server. */
export const compareContenders = async (
  work: string,
  subjects: ReadonlyArray<Contender>,
  settings: Settings,
  goals: Goals = {},
): Promise<ReadonlyArray<Finding>> => {
  const rounds: ReadonlyArray<ThroughputAnswer>[] = []
  for (let round = 0; round < settings.rounds; round += 1) {
    const answers: ThroughputAnswer[] = []
    for (const subject of subjects) answers.push(await subject.measure())
    rounds.push(answers)
  }

  return subjects.map(({ name }, index) => {
    const all = rounds.flatMap((round) => round[index] ?? [])
    const cpu = medianOf(all.map(cpuEach), same)
    const others = index === 0 ? subjects.slice(1) : []
    return {
      work,
      server: name,
      measured: medianOf(all, throughput).measured,
      ...(Number.isNaN(cpu) ? {} : { cpu }),
      ratios: others.map((other, otherIndex) => ({
        against: other.name,
        ...ratioIn(rounds.flatMap((round) => pairIn(round, otherIndex + 1))),
        ...goalOf(goals[other.name]),
      })),
    }
  })
}

export const measureSubject = (
  { origin, pid, paths, headers = {} }: Subject,
  settings: Settings,
): Promise<ThroughputAnswer> => {
  const { hostname, port } = new URL(origin)
  const { connections, repliesEach, warmupSeconds, seconds } = settings
  const load: Load = {
    host: hostname,
    port: Number(port),
    paths: [...paths],
    headers,
    connections,
    repliesEach,
    warmupSeconds,
    seconds,
    status: 200,
    serverPid: pid,
  }
  return settings.generator === 'wrk' ? measureByWrk(load) : measure(load)
}

const goalOf = (goal: number | undefined): Pick<Ratio, 'goal'> => (goal === undefined ? {} : { goal })

type Pair = { readonly one: ThroughputAnswer; readonly other: ThroughputAnswer }

const pairIn = (round: ReadonlyArray<ThroughputAnswer>, index: number): ReadonlyArray<Pair> => {
  const [one, other] = [round[0], round[index]]
  return one === undefined || other === undefined ? [] : [{ one, other }]
}

const ratioIn = (pairs: ReadonlyArray<Pair>): Omit<Ratio, 'against'> => {
  const ratios = pairs.map(({ one, other }) => throughput(one) / throughput(other))
  const byCpu = medianOf(
    pairs.map(({ one, other }) => cpuEach(other) / cpuEach(one)),
    same,
  )
  return {
    ratio: medianOf(ratios, same),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    ...(Number.isNaN(byCpu) ? {} : { byCpu }),
  }
}

const throughput = ({ measured }: ThroughputAnswer): number => measured.responses / measured.seconds

/** CPU time per reply, in microseconds. */
const cpuEach = ({ measured, cpuSeconds }: ThroughputAnswer): number =>
  cpuSeconds === null ? Number.NaN : (1e6 * cpuSeconds) / measured.responses

const same = (value: number): number => value

/** Returns the median. Of an even number of values it is the lower of the middle two. */
const medianOf = <A>(values: ReadonlyArray<A>, by: (value: A) => number): A => {
  const middle = values.toSorted((a, b) => by(a) - by(b))[Math.floor((values.length - 1) / 2)]
  if (middle === undefined) throw new Error('a bench needs at least one round')
  return middle
}
