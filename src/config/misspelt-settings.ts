import { E } from '../fp.ts'
import { loadConfig } from './settings.ts'

type Env = Readonly<Record<string, string | undefined>>

/**
 * Returns the names of all settings, recorded from a call of `loadConfig`, so that the list is never
 * outdated.
 */
export const settingNames = (): ReadonlyArray<string> => {
  const names = new Set<string>()
  const get = (_: object, name: string | symbol): undefined => {
    names.add(String(name))
  }
  // The call sets no variable, so it calls no parser.
  const parse = () => E.left('is not set')
  const unset = new Proxy<Record<string, string | undefined>>({}, { get })
  loadConfig(unset, { parseTokenKeys: parse, parseSecretOrKeys: parse })
  return [...names]
}

/**
 * Returns the least number of insertions, deletions, substitutions and swaps of adjacent letters from `a` to
 * `b`.
 */
export const editDistance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  const distanceAt = (row: number, column: number): number => rows[row]?.[column] ?? 0
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const changed = distanceAt(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          distanceAt(i - 1, j) + 1,
          distanceAt(i, j - 1) + 1,
          changed,
          isSwap ? distanceAt(i - 2, j - 2) + 1 : changed,
        ),
      )
    }
  }
  return distanceAt(a.length, b.length)
}

const maxEdits = 2

const letters = (name: string): string => name.replaceAll('_', '')

/** Returns whether the words differ only by one swap of adjacent letters. */
const isSwap = (a: string, b: string): boolean =>
  a.length === b.length && editDistance(a, b) === 1 && sorted(a) === sorted(b)

const sorted = (word: string): string => [...word].sort().join('')

/**
 * Returns the setting that is probably meant. For names of one word only swaps count: such names are short,
 * and half of all short shell variables resemble HOST or PORT.
 */
const findIntended = (variable: string, settings: ReadonlyArray<string>): string | undefined => {
  const name = variable.toUpperCase().replace(/^LARDER_/, '')
  if (settings.includes(name)) return name
  const near = (candidate: string): boolean =>
    candidate.includes('_') && name.includes('_')
      ? Math.abs(candidate.length - name.length) <= maxEdits && editDistance(candidate, name) <= maxEdits
      : isSwap(candidate, name)
  return settings.find((candidate) => letters(candidate) === letters(name)) ?? settings.find(near)
}

/**
 * Returns a line for each variable that resembles a setting. The line omits the value, which may be secret.
 */
export const describeMisspelt = (env: Env): ReadonlyArray<string> => {
  const settings = settingNames()
  return Object.keys(env)
    .filter((name) => !settings.includes(name) && env[name] !== '')
    .flatMap((name) => {
      const intended = findIntended(name, settings)
      return intended === undefined
        ? []
        : [`${name} is not a setting of Larder and has no effect; did you mean ${intended}?`]
    })
}
