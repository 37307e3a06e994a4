import { parseArgs } from 'node:util'
import { readsKeyFiles } from '../composition/token-keys.ts'
import type { Clip, Restrictions } from '../domain/access/restrictions.ts'
import { toExplanationJson } from '../domain/access/token-explanation-json.ts'
import { kindOfUid } from '../domain/media/uid-text.ts'
import { type Command, CommandError, usageError } from './command.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'
import { explanationLines, extractToken, kindNames } from './token-explanation.ts'

const usage = 'token UID [--ttl S] [--maxh N] [--clip A,B] | --explain JWT'

const wholeNumber = (option: string, value: string, what: string, example: string): number => {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value)
  throw new CommandError(
    `--${option} ${value} is not ${what} from 1 to 999999999; for example --${option} ${example}`,
    2,
  )
}

const clipOf = (value: string): Clip => {
  const [, from, to] = /^(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)$/.exec(value) ?? []
  if (from !== undefined && Number(from) < Number(to)) return [Number(from), Number(to)]
  throw new CommandError(
    `--clip ${value} is not a start and a later end (seconds); for example --clip 10,25.5`,
    2,
  )
}

/** Returns the restrictions that the options define (http-api.md §2.4). */
export const restrictionsOf = (options: {
  readonly maxh?: string | undefined
  readonly clip?: string | undefined
}): Restrictions => ({
  ...(options.maxh === undefined
    ? {}
    : { maxh: wholeNumber('maxh', options.maxh, 'a height in pixels', '480') }),
  ...(options.clip === undefined ? {} : { clip: clipOf(options.clip) }),
})

/** Throws a CommandError for the uid of an export or a part. A token is for a file, and opens all of its exports. */
export const checkFileUid = (uid: string): void => {
  const kind = kindOfUid(uid)
  if (kind === null || kind === 'imageFile' || kind === 'contentFile') return
  throw new CommandError(
    `${uid} is the uid of ${kindNames[kind]}: a token is for a file, so use the uid that \`larder add\` printed`,
    2,
  )
}

const parseWords = (args: ReadonlyArray<string>) =>
  parseArgs({
    args: [...args],
    options: {
      ttl: { type: 'string' },
      maxh: { type: 'string' },
      clip: { type: 'string' },
      explain: { type: 'string' },
    },
    allowPositionals: true,
  })

/** Mints a media token for an image or content file and prints only the token, or explains a token. */
export const tokenCommand: Command = {
  usage,
  about: 'Prints a token for a picture, sound or film and nothing else, or explains what a token opens.',
  words: [
    ['UID', 'the uid of the file, as `larder add` prints it'],
    [
      '--ttl S',
      'lifetime in seconds; default: half an hour or, for sounds and films, longer than the duration',
    ],
    ['--maxh N', 'the token opens only exports with a height of at most N pixels'],
    ['--clip A,B', 'the token opens only the parts between these two times (seconds)'],
    [
      '--explain JWT',
      'explains what a token opens, or why it is refused (exit code 1); accepts a link or header; reads only keys, no revocations',
    ],
  ],
  needsLibrary: ({ config, args }) => parseWords(args).values.explain === undefined || readsKeyFiles(config),
  run: async ({ config, args, report }) => {
    const { values, positionals } = parseWords(args)
    const [uid, ...rest] = positionals
    if (values.explain !== undefined) {
      if (uid !== undefined || Object.keys(values).length > 1) throw usageError(usage)
      const { createExplainToken } = await import('../composition/explain-token.ts')
      const explained = await createExplainToken(config)(extractToken(values.explain))
      report({ lines: explanationLines(explained, config), json: toExplanationJson(explained) })
      return explained._tag === 'Signed' && explained.refusal === null ? 0 : 1
    }
    if (uid === undefined || rest.length > 0) throw usageError(usage)
    const ttlSeconds =
      values.ttl === undefined ? null : wholeNumber('ttl', values.ttl, 'a number of seconds', '3600')
    const restrictions = restrictionsOf(values)
    checkFileUid(uid)

    return withServices(config, async ({ admins, database }) => {
      await orThrowCommandError(database.migrate)
      const { kind, jwt } = await orThrowCommandError(admins.mintMediaToken(uid, ttlSeconds, restrictions))
      report({ lines: [jwt], json: { kind, uid, jwt } })
      return 0
    })
  },
}
