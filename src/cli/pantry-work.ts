import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Larder, samplePaths } from '../composition.ts'
import type { Config } from '../config.ts'
import type { DomainError } from '../domain/shared/errors.ts'
import { E, O } from '../fp.ts'
import type { MediaKind } from '../ports/media-tokens.ts'
import { explain } from './outcome.ts'
import { createProgressBar } from './progress-bar.ts'

const retryMilliseconds = 5000
/** Seconds that the links printed at the start are good for: somebody may come back to the terminal tomorrow. */
const linkTtlSeconds = 86_400
const labels: Readonly<Record<MediaKind, string>> = { image: 'a picture', content: 'a film   ' }

export type PantryWork = {
  readonly run: () => Promise<void>
  /** Begins nothing more; what is under way is left where it is, and finished by the next start. */
  readonly stop: () => Promise<void>
}

/** What a serving process does beside serving: tables, what was cut off, samples; and it tells of it. */
export const createPantryWork = (
  { database, ingest, admins }: Larder,
  config: Config,
  print: (line: string) => void,
): PantryWork => {
  const bar = createProgressBar(process.stderr)
  const stopping = new AbortController()
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()))

  const show = (label: string, fraction: number) => {
    if (!stopping.signal.aborted) bar.show(label, fraction)
  }
  const say = (line: string) => {
    bar.clear()
    print(line)
  }
  const complain = (error: DomainError) => {
    // What goes wrong now goes wrong because we close.
    if (stopping.signal.aborted) return
    bar.clear()
    process.stderr.write(`larder: ${explain(error)}\n`)
  }

  const pause = (): Promise<unknown> =>
    sleep(retryMilliseconds, undefined, { signal: stopping.signal }).catch(() => undefined)

  const untilMigrated = async (): Promise<void> => {
    for (let told = false; !stopping.signal.aborted; ) {
      const migrated = await database.migrate()
      if (E.isRight(migrated)) return
      if (!told) complain(migrated.left)
      if (!told) say('  what is in the cache is served; the database is tried again every few seconds')
      told = true
      await pause()
    }
  }

  const watchLink = async (uid: string): Promise<string | null> => {
    const minted = await admins.mintMediaToken(uid, linkTtlSeconds)()
    return E.isRight(minted) ? `${config.publicUrl}/console/watch/${uid}?jwt=${minted.right.jwt}` : null
  }

  /** Gives whether there was a link to print. */
  const sayWhere = async (kind: MediaKind, uid: string): Promise<boolean> => {
    const link = await watchLink(uid)
    if (link !== null) say(`  ${labels[kind]}  ${link}`)
    return link !== null
  }

  const addSample = async (path: string): Promise<void> => {
    const name = basename(path)
    const added = await ingest.add(path, {
      isPublic: false,
      // The page of a film waits for it, and tells how far it is. A picture has no token until it has exports.
      onKnown: ({ kind, uid }) => {
        if (kind === 'content') void sayWhere(kind, uid)
      },
      onProgress: (fraction) => show(`exports of ${name}`, fraction),
    })()
    if (E.isLeft(added)) return complain(added.left)
    say(`  the exports of ${name} are made`)
    if (added.right.kind === 'image') await sayWhere('image', added.right.uid)
  }

  const finishUnfinished = async (): Promise<void> => {
    const unfinished = await ingest.listUnfinished()
    if (E.isLeft(unfinished)) return complain(unfinished.left)
    for (const { uid, finish } of unfinished.right) {
      if (stopping.signal.aborted) return
      const finished = await finish((fraction) => show(`exports of ${uid}`, fraction))()
      if (E.isLeft(finished)) complain(finished.left)
      else say(`  the exports of ${uid} are made`)
    }
  }

  const work = async (): Promise<void> => {
    await untilMigrated()
    if (stopping.signal.aborted) return
    const oldest = await ingest.oldest()
    if (E.isLeft(oldest)) return complain(oldest.left)
    const { image, content } = oldest.right
    if (O.isNone(image) && O.isNone(content)) {
      if (config.sampleMedia) await Promise.all(samplePaths().map(addSample))
      return
    }
    const isShown = O.isNone(image) || (await sayWhere('image', image.value))
    if (O.isSome(content)) await sayWhere('content', content.value)
    await finishUnfinished()
    if (!isShown) await sayWhere('image', image.value)
  }

  return {
    run: () => Promise.race([work(), stopped]),
    stop: async () => {
      stopping.abort()
      bar.clear()
    },
  }
}
