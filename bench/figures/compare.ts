import type { Measured } from '../load/load.ts'
import { measure } from '../load/measure.ts'
import type { Finding, Settings } from './figure.ts'

/** A server, and what to ask it for. */
export type Subject = {
  readonly name: string
  readonly origin: string
  readonly paths: ReadonlyArray<string>
  readonly headers?: Readonly<Record<string, string>>
}

/** What the first subject is to reach, as multiples of others. */
export type Goals = Readonly<Record<string, number>>

/** Whatever can do the work, and how to see how fast. */
export type Contender = { readonly name: string; readonly measure: () => Promise<Measured> }

/** Measures the subjects in turn, round by round; the first one's findings tell its ratio to each of the others. */
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

/** The same of what is not asked over HTTP. */
export const compareContenders = async (
  work: string,
  subjects: ReadonlyArray<Contender>,
  settings: Settings,
  goals: Goals = {},
): Promise<ReadonlyArray<Finding>> => {
  const rounds: ReadonlyArray<Measured>[] = []
  for (let round = 0; round < settings.rounds; round += 1) {
    const measured: Measured[] = []
    for (const subject of subjects) measured.push(await subject.measure())
    rounds.push(measured)
  }

  return subjects.map((subject, index) => {
    const all = rounds.flatMap((round) => round[index] ?? [])
    const others = index === 0 ? subjects.slice(1) : []
    return {
      work,
      server: subject.name,
      measured: middleOf(all, throughput),
      ratios: others.map((other, behind) => {
        const ratios = rounds.map((round) => ratioOf(round[0], round[behind + 1]))
        const goal = goals[other.name]
        return {
          against: other.name,
          ratio: middleOf(ratios, (ratio) => ratio),
          ...(goal === undefined ? {} : { goal }),
        }
      }),
    }
  })
}

const measureSubject = ({ origin, paths, headers = {} }: Subject, settings: Settings): Promise<Measured> => {
  const { hostname, port } = new URL(origin)
  const { connections, warmupSeconds, seconds } = settings
  return measure({
    host: hostname,
    port: Number(port),
    paths: [...paths],
    headers,
    connections,
    repliesEach: null,
    warmupSeconds,
    seconds,
    status: 200,
  })
}

const throughput = ({ responses, seconds }: Measured): number => responses / seconds

const ratioOf = (one: Measured | undefined, other: Measured | undefined): number =>
  one === undefined || other === undefined ? Number.NaN : throughput(one) / throughput(other)

/** The median; of an even number, the lower of the two. */
const middleOf = <A>(values: ReadonlyArray<A>, by: (value: A) => number): A => {
  const middle = values.toSorted((a, b) => by(a) - by(b))[Math.floor((values.length - 1) / 2)]
  if (middle === undefined) throw new Error('a bench needs at least one round')
  return middle
}
