import { readFileSync, statSync } from 'node:fs'
import { CommandError } from './command.ts'

/** A server on which a command works, instead of the library of this machine. */
export type ServerOption = {
  readonly url: URL
  /** The file with the token, `-` for standard input; `null` if LARDER_TOKEN has it, or else standard input. */
  readonly tokenFile: string | null
}

/** The options, with their meanings, of a command that works on a server, too. */
export const serverWords = [
  [
    '--server URL',
    'works on a server instead of the library of this machine, by https, or http to this machine',
  ],
  [
    '--token-file FILE',
    'with --server: the file with an id token of an admin, - for standard input; LARDER_TOKEN has it otherwise',
  ],
] as const

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)

const serverUrl = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new CommandError(`--server should be an address such as https://media.example.com`, 2)
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new CommandError('--server should be an address without a user, a query or a fragment', 2)
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new CommandError(`--server ${url.origin} is not encrypted: the token needs https`, 2)
  return url
}

type Given = { readonly name: string; readonly value: string }

const options = ['--server', '--token-file'] as const

/** Takes the options of a server out of the arguments. Arguments after `--` stay. */
export const extractServerOption = (
  words: ReadonlyArray<string>,
): { readonly server: ServerOption | null; readonly args: ReadonlyArray<string> } => {
  const args: string[] = []
  const given: Given[] = []
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    if (word === '--') {
      args.push(...words.slice(index))
      break
    }
    const name = options.find((option) => word === option || word.startsWith(`${option}=`))
    if (name === undefined) {
      args.push(word)
      continue
    }
    if (word !== name) given.push({ name, value: word.slice(name.length + 1) })
    else {
      index += 1
      given.push({ name, value: words[index] ?? '' })
    }
  }
  for (const { name, value } of given)
    if (value === '' || given.filter((one) => one.name === name).length > 1)
      throw new CommandError(`${name} needs one value`, 2)
  const givenFor = (name: string) => given.find((one) => one.name === name)?.value ?? null
  const [url, tokenFile] = [givenFor('--server'), givenFor('--token-file')]
  if (url === null && tokenFile !== null) throw new CommandError('--token-file needs --server', 2)
  return { server: url === null ? null : { url: serverUrl(url), tokenFile }, args }
}

/** The longest token that is read, in bytes. */
const maxTokenBytes = 8192

/** Where a token, and the bytes of standard input, come from. Tests replace it. */
export type TokenPlaces = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
}

/** Reads until the end of the first line with text. */
const firstLineOf = async (stdin: TokenPlaces['stdin']): Promise<string> => {
  let text = ''
  for await (const chunk of stdin) {
    text += String(chunk)
    if (/\S.*\n/.test(text) || text.length > maxTokenBytes) break
  }
  return text
}

const readTokenFile = (file: string): string => {
  // The system names no path when a folder is read.
  if (statSync(file).isDirectory()) throw new CommandError(`--token-file ${file} is a folder`, 2)
  return readFileSync(file, 'utf8')
}

/** Whether standard input brings the token, so that nothing else can be read from it. */
export const isTokenInInput = ({ tokenFile }: ServerOption, { env }: Pick<TokenPlaces, 'env'>): boolean =>
  tokenFile === '-' || (tokenFile === null && (env.LARDER_TOKEN ?? '') === '')

/** Returns the token for a server. Throws a `CommandError` if there is none. Messages do not quote it. */
export const readServerToken = async (
  server: ServerOption,
  { env, stdin }: TokenPlaces = { env: process.env, stdin: process.stdin },
): Promise<string> => {
  const { tokenFile } = server
  const fromInput = isTokenInInput(server, { env })
  if (fromInput && tokenFile === null && stdin.isTTY === true)
    throw new CommandError('there is no token for the server: set LARDER_TOKEN, or use --token-file', 2)
  const text = fromInput
    ? await firstLineOf(stdin)
    : tokenFile === null
      ? (env.LARDER_TOKEN ?? '')
      : readTokenFile(tokenFile)
  const token = text.trim().split('\n')[0]?.trim() ?? ''
  const place = fromInput ? 'standard input' : (tokenFile ?? 'LARDER_TOKEN')
  if (token.length <= maxTokenBytes && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return token
  throw new CommandError(`${place} has no id token, which \`larder admin token SUB\` prints`, 2)
}
