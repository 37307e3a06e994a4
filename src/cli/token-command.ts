import { parseArgs } from 'node:util'
import { withServices } from '../composition.ts'
import { type Command, Failure, wrongUsage } from './command.ts'
import { orFail } from './outcome.ts'

const usage = 'token UID [--ttl S]'

/** Prints a media token for an image or content file, and nothing else. */
export const tokenCommand: Command = {
  usage,
  run: ({ config, args, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ttl: { type: 'string' } },
      allowPositionals: true,
    })
    const [uid, ...rest] = positionals
    if (uid === undefined || rest.length > 0) throw wrongUsage(usage)
    if (values.ttl !== undefined && !/^[1-9]\d{0,8}$/.test(values.ttl))
      throw new Failure(`--ttl ${values.ttl} is not a number of seconds; for example --ttl 3600`, 2)
    const ttlSeconds = values.ttl === undefined ? null : Number(values.ttl)

    return withServices(config, async ({ admins, database }) => {
      await orFail(database.migrate)
      print((await orFail(admins.mintMediaToken(uid, ttlSeconds))).jwt)
      return 0
    })
  },
}
