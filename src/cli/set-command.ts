import { parseArgs } from 'node:util'
import { MediaAlt, type MediaChange, MediaMetadata, MediaTitle } from '../domain/library/media-change.ts'
import { E } from '../fp.ts'
import { type Command, CommandError, usageError } from './command.ts'
import { libraryCommand } from './library-command.ts'
import { mediaDetailLines } from './media-lines.ts'

const usage = 'set UID [--title TEXT] [--alt TEXT] [--public|--private] [--metadata JSON] [--server URL]'

type Decoder<A> = {
  readonly decode: (value: unknown) => E.Either<ReadonlyArray<{ readonly message?: string }>, A>
}

const decoded = <A>(name: string, codec: Decoder<A>, value: unknown): A => {
  const result = codec.decode(value)
  if (E.isRight(result)) return result.right
  throw new CommandError(`--${name} ${result.left[0]?.message}`, 2)
}

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    throw new CommandError('--metadata should be JSON', 2)
  }
}

/** An empty text removes the text. */
const textOf = (name: string, codec: Decoder<string>, value: string): string | null =>
  value === '' ? null : decoded(name, codec, value)

/** Changes the title, the alternative text, the metadata of a file, or whether it is public. */
export const setCommand: Command = libraryCommand({
  usage,
  about: 'Changes a file of the library, and shows it; servers notice within a second.',
  words: [
    ['UID', 'the uid of a file'],
    ['--title TEXT', 'its title; an empty text removes it'],
    ['--alt TEXT', 'a description for people who cannot see or hear it; an empty text removes it'],
    ['--public', 'everyone may view the file without a token; --private: only with a token'],
    ['--metadata JSON', 'an object of your own, which replaces the one before'],
  ],
  run: ({ args, report, withLibrary }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        title: { type: 'string' },
        alt: { type: 'string' },
        public: { type: 'boolean' },
        private: { type: 'boolean' },
        metadata: { type: 'string' },
      },
      allowPositionals: true,
    })
    const [uid, ...rest] = positionals
    const { title, alt, metadata } = values
    if (
      uid === undefined ||
      rest.length > 0 ||
      Object.keys(values).length === 0 ||
      (values.public && values.private)
    )
      throw usageError(usage)
    const change: MediaChange = {
      ...(title !== undefined && { title: textOf('title', MediaTitle, title) }),
      ...(alt !== undefined && { alt: textOf('alt', MediaAlt, alt) }),
      ...((values.public || values.private) && { isPublic: values.public === true }),
      ...(metadata !== undefined && { metadata: decoded('metadata', MediaMetadata, parsed(metadata)) }),
    }
    return withLibrary(async (library) => {
      const detail = await library.changeMedia(uid, change)
      report({ lines: mediaDetailLines(detail), json: detail })
      return 0
    })
  },
})
