import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { withServices } from '../../src/composition/with-services.ts'
import type { ImageFileUid } from '../../src/domain/media/ids.ts'
import { E } from '../../src/fp.ts'
import { right } from '../../test/support/expect-right.ts'
import { seedImage } from '../../test/support/library.ts'
import type { Lab } from '../larder/lab.ts'
import type { Peer } from '../peers/peer.ts'
import type { Fact, Figure } from './figure.ts'

const changesPerSecond = 50
/** A client that has not seen a change for this long (milliseconds) is not waited for. */
const limitMs = 30_000
/** Limits a request to a server, which would otherwise be waited for as long as it is silent. */
const answerWithin = () => ({ signal: AbortSignal.timeout(limitMs) })
/** Number of images whose flag is turned around, in turn. So an image changes once a second. */
const images = 50

const isPublicOn = async ({ origin }: Peer, uid: ImageFileUid): Promise<boolean> => {
  const response = await fetch(`${origin}/api/1/image_files/playlist/${uid}?public=1`, answerWithin())
  await response.arrayBuffer()
  return response.status === 200
}

const isReady = async ({ origin }: Peer): Promise<boolean> => {
  const response = await fetch(`${origin}/readyz`, answerWithin())
  const { status } = (await response.json()) as { readonly status: string }
  return status === 'ready'
}

const percentile = (sorted: ReadonlyArray<number>, part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN

const run = async ({ folder, start }: Lab, seconds: number): Promise<ReadonlyArray<Fact>> => {
  const config = loadSettings({ DATA_DIR: folder })
  if (E.isLeft(config)) throw new Error(config.left.join('\n'))
  return withServices(config.right, async (larder) => {
    const uids: ImageFileUid[] = []
    for (let i = 0; i < images; i += 1) uids.push((await seedImage(larder, [randomBytes(1000)])).uid)
    const shared = `${folder}/cache-shared`
    const servers = [await start({ CACHE_DIR: shared }), await start({ CACHE_DIR: shared }), await start()]
    for (const server of servers) while (!(await isReady(server))) await wait(100)

    const delays: number[] = []
    /** Number of changes of each image so far. */
    const changes = new Map<ImageFileUid, number>()
    /**
     * Measures how long a server still shows the old state after the change was committed. The image changes
     * again a second later, so a client that was slower may never see the new state: then that second counts.
     */
    const watch = async (server: Peer, uid: ImageFileUid, isPublic: boolean, committedAt: number) => {
      const change = changes.get(uid)
      const isOver = () => changes.get(uid) !== change || performance.now() - committedAt > limitMs
      while ((await isPublicOn(server, uid)) !== isPublic && !isOver()) await wait(5)
      delays.push(performance.now() - committedAt)
    }

    const watching: Promise<void>[] = []
    const startedAt = performance.now()
    for (let n = 0; n < seconds * changesPerSecond; n += 1) {
      await wait(Math.max(0, startedAt + (n * 1000) / changesPerSecond - performance.now()))
      const uid = uids[n % images] as ImageFileUid
      const isPublic = Math.floor(n / images) % 2 === 0
      await right(larder.imageFiles.setPublic(uid, isPublic))
      changes.set(uid, (changes.get(uid) ?? 0) + 1)
      const committedAt = performance.now()
      watching.push(...servers.map((server) => watch(server, uid, isPublic, committedAt)))
    }
    const rate = (seconds * changesPerSecond * 1000) / (performance.now() - startedAt)
    await Promise.all(watching)

    let stale = 0
    for (const uid of uids) {
      const isPublic = await right(larder.imageFiles.isPublic(uid))
      for (const server of servers) if ((await isPublicOn(server, uid)) !== isPublic) stale += 1
    }
    const sorted = delays.toSorted((a, b) => a - b)
    return [
      { fact: 'changes', value: rate, unit: '/s' },
      {
        fact: 'seen by a client of any of three instances, median',
        value: percentile(sorted, 0.5),
        unit: 'ms',
      },
      { fact: 'the same, p99', value: percentile(sorted, 0.99), unit: 'ms', goal: { atMost: 1000 } },
      { fact: 'the same, the latest', value: sorted.at(-1) ?? Number.NaN, unit: 'ms' },
      { fact: 'stale afterwards', value: stale, unit: '', goal: { atMost: 0 } },
    ]
  })
}

/** Changes of the library, until clients of three instances see them. Two instances share a cache folder. */
export const p10Changes: Figure = {
  id: 'P10',
  title: 'changes, seen by clients of three instances',
  needs: [],
  run: async ({ lab, smoke }) => run(await lab(), smoke ? 2 : 30),
}
