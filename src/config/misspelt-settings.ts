import { loadConfig } from './settings.ts'

type Env = Readonly<Record<string, string | undefined>>

/** The names that `loadConfig` reads, so that no list of them can be out of date. */
export const settingNames = (): ReadonlyArray<string> => {
  const names = new Set<string>()
  const get = (_: object, name: string | symbol): undefined => {
    names.add(String(name))
  }
  loadConfig(new Proxy<Record<string, string | undefined>>({}, { get }))
  return [...names]
}

/** Letters to add, take away, change or swap with their neighbour to make one word of the other. */
export const editDistance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const changed = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, changed, isSwap ? at(i - 2, j - 2) + 1 : changed))
    }
  }
  return at(a.length, b.length)
}

const mostEdits = 2

const joined = (name: string): string => name.replaceAll('_', '')

/** One letter and its neighbour have changed places, and nothing else. */
const isSwap = (a: string, b: string): boolean =>
  a.length === b.length && editDistance(a, b) === 1 && sorted(a) === sorted(b)

const sorted = (word: string): string => [...word].sort().join('')

/**
 * The setting that is probably meant. Names of one word are short: half of all short variables of a shell are near to
 * HOST or PORT, so that they are guessed at where two letters are swapped, and not where one differs.
 */
const meantBy = (given: string, known: ReadonlyArray<string>): string | undefined => {
  const name = given.toUpperCase().replace(/^LARDER_/, '')
  if (known.includes(name)) return name
  const near = (candidate: string): boolean =>
    candidate.includes('_') && name.includes('_')
      ? Math.abs(candidate.length - name.length) <= mostEdits && editDistance(candidate, name) <= mostEdits
      : isSwap(candidate, name)
  return known.find((candidate) => joined(candidate) === joined(name)) ?? known.find(near)
}

/** A line for each variable that is no setting and looks like one. It holds no value: that might be a secret. */
export const describeMisspelt = (env: Env): ReadonlyArray<string> => {
  const known = settingNames()
  return Object.keys(env)
    .filter((name) => !known.includes(name) && env[name] !== '')
    .flatMap((name) => {
      const meant = meantBy(name, known)
      return meant === undefined
        ? []
        : [`${name} is no setting of Larder and changes nothing; is ${meant} meant?`]
    })
}
