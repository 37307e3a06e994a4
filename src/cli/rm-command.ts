import { parseArgs } from 'node:util'
import type { DeletionMode, StoreRefusalReason } from '../ports/trash.ts'
import { type Command, usageError } from './command.ts'
import { forEachUid } from './for-each-uid.ts'
import type { DeletionResult } from './library-access.ts'
import { libraryCommand } from './library-command.ts'
import { timeOf } from './media-lines.ts'

const usage = 'rm UID… [--now [--purge]] [--server URL]'

const refusalCauses: Readonly<Record<StoreRefusalReason, string>> = {
  foreign: 'the object store belongs to another library',
  unproven: 'nothing proves that the object store belongs to this library',
  displaced: 'another copy of this database has swept the object store since this one did',
}

const describeDeleted = (
  uid: string,
  mode: DeletionMode,
  { purge_after, erased, refused }: DeletionResult,
): string => {
  if (refused !== undefined)
    return `${uid}: erased from the database, but its objects are left: ${refusalCauses[refused]}; see larder verify`
  if (erased !== undefined)
    return erased
      ? `${uid}: erased`
      : `${uid}: erased, but objects are left in the store: a sweep deletes those that Larder has stored`
  return mode === 'trash'
    ? `${uid}: in the trash until ${timeOf(purge_after)}`
    : `${uid}: taken down; can be restored until ${timeOf(purge_after)}`
}

/** Deletes files: puts them into the trash, takes them down, or erases them. */
export const rmCommand: Command = libraryCommand({
  usage,
  about: 'Deletes files: they stay in the trash for TRASH_SECONDS, and can be restored until then.',
  words: [
    ['UID', 'the uid of one or more files'],
    [
      '--now',
      'takes the files down: nothing of them is served any more, and their bytes are not accepted again',
    ],
    ['--purge', 'also erases the files taken down at once and for ever'],
  ],
  run: ({ args, report, withLibrary }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { now: { type: 'boolean', default: false }, purge: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    if (positionals.length === 0 || (values.purge && !values.now)) throw usageError(usage)
    const mode = values.purge ? 'erase' : values.now ? 'take down' : 'trash'
    return withLibrary((library) =>
      forEachUid(library, positionals, { report }, async (uid) => {
        const deletion = await library.deleteMedia(uid, mode)
        report({ lines: [describeDeleted(uid, mode, deletion)], json: { uid, ...deletion } })
        return deletion.refused === undefined ? 'done' : 'incomplete'
      }),
    )
  },
})
