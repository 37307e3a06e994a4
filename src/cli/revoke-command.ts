import { parseArgs } from 'node:util'
import { containsToken, parseRevocationTarget } from '../domain/access/revocation-target.ts'
import { isUid, kindOfUid } from '../domain/media/uid-text.ts'
import { E } from '../fp.ts'
import type { RevocationKind, RevocationTarget } from '../ports/revocations.ts'
import { printError } from '../terminal/print-error.ts'
import { type Command, CommandError, usageError } from './command.ts'
import type { LibraryAccess } from './library-access.ts'
import { libraryCommand } from './library-command.ts'
import { describeReceipts, waitForReceipts } from './wait-for-receipts.ts'

const usage = 'revoke JTI|UID|--jti JTI|--uid UID|--sub SUB [--server URL]'

/** Returns whether the text is the uid of a file: by its prefix, or because the library or its trash has such a file. */
const isUidOfFile = async (library: LibraryAccess, text: string): Promise<boolean> => {
  const kind = kindOfUid(text)
  // A ticket is revoked as the token that it is.
  if (kind !== null) return kind !== 'ticket'
  return isUid(text) && (await library.hasMedia(text))
}

const targetOf = (kind: RevocationKind, subject: string): RevocationTarget => {
  const target = parseRevocationTarget(kind, subject)
  if (E.isRight(target)) return target.right
  throw new CommandError(`${containsToken(subject) ? 'the argument' : subject} ${target.left}`, 2)
}

const describeRevoked = ({ kind, subject }: RevocationTarget): string => {
  if (kind === 'jti') return `the token ${subject} is revoked`
  return kind === 'uid'
    ? `all tokens of the file ${subject} that exist now are revoked`
    : `all id tokens of ${subject} that exist now are revoked`
}

/** Revokes a token, all tokens of a file, or all id tokens of a user. */
export const revokeCommand: Command = libraryCommand({
  usage,
  about: 'Revokes a token, all tokens of a file, or all id tokens of a user; servers notice within a second.',
  words: [
    ['JTI', 'the jti of a token, as `larder token --explain` prints it, or the uid of a ticket'],
    ['UID', 'the uid of a file: revokes all tokens that exist now; new ones are valid'],
    ['--jti JTI', 'the same as JTI, for a jti that looks like a uid'],
    [
      '--uid UID',
      'the same as UID, for a file that is not in the library any more and has no kind in its uid',
    ],
    [
      '--sub SUB',
      'revokes all id tokens of a user that exist now; `larder admin revoke` ends the right itself',
    ],
  ],
  run: ({ args, report, withLibrary }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { jti: { type: 'string' }, uid: { type: 'string' }, sub: { type: 'string' } },
      allowPositionals: true,
    })
    const named = Object.entries(values) as ReadonlyArray<[RevocationKind, string]>
    const [text] = positionals
    if (named.length + positionals.length !== 1) throw usageError(usage)
    const given = named.map(([kind, subject]) => targetOf(kind, subject))

    return withLibrary(async (library) => {
      const [target = targetOf((await isUidOfFile(library, text ?? '')) ? 'uid' : 'jti', text ?? '')] = given
      const { kind, subject } = target
      const isMissing = kind === 'uid' && !(await library.hasMedia(subject))
      // From here on the tokens are revoked, whatever happens.
      const { not_before: notBefore, started } = await library.revoke(target)
      if (isMissing)
        printError(
          `there is no file ${subject} in the library or its trash; tokens that name it are revoked nevertheless`,
        )
      const receipts = describeReceipts(
        started === null ? null : (await waitForReceipts(library, started)).instances,
      )
      report({
        lines: [describeRevoked(target), ...receipts.lines],
        json: { [kind]: subject, not_before: notBefore, instances: receipts.json },
      })
      return receipts.code
    })
  },
})
