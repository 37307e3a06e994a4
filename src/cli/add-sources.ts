import { lstatSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CommandError } from './command.ts'

/** What `larder add` adds. `label` names it in messages. */
export type AddSource =
  | { readonly kind: 'file'; readonly label: string; readonly path: string }
  | { readonly kind: 'input'; readonly label: string; readonly name: string }
  | { readonly kind: 'url'; readonly label: string; readonly url: string; readonly name: string }

/** Names a source in a line that has little space. */
export const shortLabel = (source: AddSource): string =>
  source.kind === 'file' ? basename(source.path) : source.label

/** The words for people. Programs get the kind itself. */
export const kindWords = { image: 'picture', content: 'sound or film' } as const

/** Exit code of a command that was stopped by a signal, as in a shell. */
export const stoppedCode = 130

/** Lists the files below a folder by their names. Hidden ones and links are left out, as they are of no album. */
function* filesInFolder(folder: string): Generator<string> {
  const names = readdirSync(folder, { encoding: 'utf8' }).filter((name) => !name.startsWith('.'))
  for (const name of names.sort()) {
    const path = join(folder, name)
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (found?.isDirectory()) yield* filesInFolder(path)
    if (found?.isFile()) yield path
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** A name that is a file name everywhere: no folder, no control character. */
const isPlainName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !/[/\\\p{Cc}]/u.test(name) && Buffer.byteLength(name) <= 255

/** Returns a segment of a path as text; as it is, if it cannot be decoded. */
const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Returns a label for a URL, whose query may be a secret, and the last part of its path as a name. */
const urlSource = (word: string): AddSource => {
  if (!URL.canParse(word)) throw new CommandError(`${word} is not a URL`, 2)
  const { origin, pathname } = new URL(word)
  const last = decoded(pathname.split('/').at(-1) ?? '')
  return {
    kind: 'url',
    label: `${origin}${pathname}`,
    url: word,
    name: isPlainName(last) ? last : 'download',
  }
}

/**
 * Returns the sources that the words name: files, all files of folders, URLs, and `-` for standard input, which gets the name
 * `inputName`.
 */
export const addSources = (
  words: ReadonlyArray<string>,
  inputName: string | null,
): ReadonlyArray<AddSource> => {
  if (inputName !== null && !words.includes('-')) throw new CommandError('--name needs the file -', 2)
  if (inputName !== null && !isPlainName(inputName)) throw new CommandError('--name should be a file name', 2)
  if (words.filter((word) => word === '-').length > 1)
    throw new CommandError('standard input can be added once', 2)
  return words.flatMap((word): ReadonlyArray<AddSource> => {
    if (word === '-')
      return [{ kind: 'input', label: inputName ?? 'standard input', name: inputName ?? 'input' }]
    if (/^https?:\/\//i.test(word)) return [urlSource(word)]
    if (!isFolder(word)) return [{ kind: 'file', label: word, path: word }]
    const paths = [...filesInFolder(word)]
    if (paths.length === 0) throw new CommandError(`${word} has no files`)
    return paths.map((path) => ({ kind: 'file', label: path, path }))
  })
}
