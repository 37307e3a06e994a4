import { Subject } from '../domain/access/subject.ts'
import { alwaysNeedsLibrary, type Command, CommandError, usageError } from './command.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'

const usage = 'admin grant|revoke|token SUB'

/** Grants or revokes admin rights, or mints an id token and prints only the token. */
export const adminCommand: Command = {
  usage,
  about: 'Grants or revokes admin rights, or prints an id token; servers notice a change within a second.',
  words: [
    ['grant', 'makes SUB an admin'],
    ['revoke', 'removes the admin right of SUB'],
    ['token', 'prints only an id token for SUB, valid for one hour'],
    ['SUB', 'the subject of id tokens, such as me@example.org'],
  ],
  needsLibrary: alwaysNeedsLibrary,
  run: ({ config, args, report }) => {
    const [action, sub, ...rest] = args
    if (!sub || rest.length > 0 || !['grant', 'revoke', 'token'].includes(action ?? ''))
      throw usageError(usage)
    if (!Subject.is(sub))
      throw new CommandError('SUB must be a text of at most 255 characters, without control characters', 2)

    return withServices(config, async ({ admins, database }) => {
      if (action === 'token') {
        const jwt = await orThrowCommandError(admins.mintIdToken(sub))
        report({ lines: [jwt], json: { sub, jwt } })
        return 0
      }
      await orThrowCommandError(database.migrate)
      const admin = action === 'grant'
      await orThrowCommandError(admins.setAdmin(sub, admin))
      report({ lines: [`${sub} is ${admin ? 'an' : 'no'} admin`], json: { sub, admin } })
      return 0
    })
  },
}
