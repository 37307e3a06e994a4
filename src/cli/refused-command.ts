import { parseArgs } from 'node:util'
import { formatMicroseconds } from '../domain/shared/timestamp.ts'
import { E, TE } from '../fp.ts'
import { alwaysNeedsLibrary, type Command, CommandError, usageError } from './command.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'

const usage = 'refused [--accept SHA512]'
const pageSize = 200

type Services = Parameters<Parameters<typeof withServices>[1]>[0]

/** Lists the bytes that are refused because they were taken down, or accepts some again. */
export const refusedCommand: Command = {
  usage,
  about: 'Lists the SHA-512 of bytes that were taken down, which are refused when they are added again.',
  words: [['--accept SHA512', 'accepts these bytes again; `larder restore` does so for a file in the trash']],
  needsLibrary: alwaysNeedsLibrary,
  run: ({ config, args, report }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { accept: { type: 'string' } },
      allowPositionals: true,
    })
    const sha512 = values.accept?.toLowerCase()
    if (positionals.length > 0 || (sha512 !== undefined && !/^[0-9a-f]{128}$/.test(sha512)))
      throw usageError(usage)
    const work = async ({ database, trashService }: Services): Promise<number> => {
      await orThrowCommandError(database.migrate)
      if (sha512 !== undefined) {
        const accepted = await trashService.acceptBytes(sha512, 'larder refused')()
        if (E.isLeft(accepted) && accepted.left._tag === 'NotFound')
          throw new CommandError('these bytes are not refused')
        await orThrowCommandError(TE.fromEither(accepted))
        report({ lines: ['these bytes are accepted again'], json: { sha512, accepted: true } })
        return 0
      }
      for (let after: string | null = null; ; ) {
        const page: ReadonlyArray<{ uid: string; sha512: string; takenDownAt: number }> =
          await orThrowCommandError(trashService.listRefusedBytes(after, pageSize))
        for (const { uid, sha512: bytes, takenDownAt } of page) {
          const time = formatMicroseconds(takenDownAt)
          report({ lines: [`${bytes}  ${uid}  ${time}`], json: { sha512: bytes, uid, taken_down_at: time } })
        }
        if (page.length < pageSize) return 0
        after = page.at(-1)?.uid ?? null
      }
    }
    return withServices(config, work, { reported: ['trash.bytes_accepted'] })
  },
}
