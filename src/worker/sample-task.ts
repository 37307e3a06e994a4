import { basename } from 'node:path'
import type { Larder } from '../composition/larder.ts'
import type { Config } from '../config/settings.ts'
import type { BackgroundTask } from '../domain/background/background-work.ts'
import { E } from '../fp.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { printWatchLink } from './watch-link.ts'

/** Creates the task that adds one sample to an empty library. A worker makes its exports. */
export const createSampleTask = (
  larder: Larder,
  config: Config,
  terminal: Terminal,
  path: string,
  onRegistered: (uid: string, name: string) => void,
): BackgroundTask => {
  const name = basename(path)
  return {
    name: `sample ${name}`,
    run:
      ({ signal }) =>
      async () => {
        const added = await larder.ingest.register(path, { isPublic: false, onWaiting: () => {}, signal })()
        if (E.isLeft(added)) {
          // A file that was refused would be refused again, so there is no retry.
          if (added.left._tag !== 'Refused') return added
          terminal.printError(name, added.left)
          return E.right('done')
        }
        const { kind, uid } = added.right
        onRegistered(uid, name)
        await printWatchLink(larder, config, terminal, kind, uid)
        return E.right('done')
      },
  }
}
