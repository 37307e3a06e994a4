import { basename } from 'node:path'
import type { Larder } from '../composition/larder.ts'
import type { Config } from '../config/settings.ts'
import type { BackgroundTask } from '../domain/background/background-work.ts'
import { addFile } from '../domain/ingest/add-file.ts'
import { E } from '../fp.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { printWatchLink } from './watch-link.ts'

/** Creates the task that adds one sample to an empty library. */
export const createSampleTask = (
  larder: Larder,
  config: Config,
  terminal: Terminal,
  path: string,
): BackgroundTask => {
  const { ingest, sleep, background } = larder
  const name = basename(path)
  let isLinkPrinted = false

  /**
   * Prints the link to a video, whose page shows the progress of its exports. For an image this is not
   * possible, because it has no token before it has exports.
   */
  const printVideoLink = (uid: string): void => {
    if (isLinkPrinted) return
    isLinkPrinted = true
    background.start({
      name: `link to ${name}`,
      run: () => async () => {
        await printWatchLink(larder, config, terminal, 'content', uid)
        return E.right('done')
      },
    })
  }

  return {
    name: `sample ${name}`,
    run:
      ({ signal }) =>
      async () => {
        const added = await addFile({ ingest, sleep }, path, {
          isPublic: false,
          signal,
          onRegistered: ({ kind, uid }) => {
            if (kind === 'content') printVideoLink(uid)
          },
          onProgress: (fraction) => terminal.showProgress(`exports of ${name}`, fraction),
        })()
        if (E.isLeft(added)) {
          // A retry would be refused again.
          if (added.left._tag !== 'Refused') return added
          terminal.printError(name, added.left)
          return E.right('done')
        }
        terminal.print(`  the exports of ${name} are ready`)
        if (added.right.kind === 'image')
          await printWatchLink(larder, config, terminal, 'image', added.right.uid)
        return E.right('done')
      },
  }
}
