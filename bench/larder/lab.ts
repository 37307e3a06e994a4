import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunningServer } from '../figures/figure.ts'
import type { Peer } from '../peers/peer.ts'
import { startLarder } from './larder-process.ts'
import { type Library, seedLibrary, type Target } from './library.ts'

/** A seeded library, and servers on it. */
export type Lab = {
  /** Folder for temporary files of the figures. */
  readonly folder: string
  readonly library: Library
  /** Starts a server on the library with a new, empty cache (unless `environment` names another). */
  readonly start: (
    environment?: Readonly<Record<string, string>>,
    nodeOptions?: ReadonlyArray<string>,
  ) => Promise<Peer>
  /** Starts two servers, one of them with too little memory to cache blobs. Returns their warm targets. */
  readonly warm: () => Promise<RunningServer>
  readonly stop: () => Promise<void>
}

/** Number of cold videos in the library: the maximum that a figure needs. */
const videos = 8

/** Builds Larder, and seeds a library in a new folder. */
export const openLab = async (): Promise<Lab> => {
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' })
  if (status !== 0) throw new Error('Larder does not build')

  const folder = await mkdtemp(join(tmpdir(), 'larder-bench-'))
  const library = await seedLibrary(folder, videos)
  const running: Peer[] = []
  let caches = 0

  const start: Lab['start'] = async (environment = {}, nodeOptions = []) => {
    caches += 1
    const defaults = { DATA_DIR: folder, CACHE_DIR: join(folder, `cache-${caches}`) }
    const larder = await startLarder({ ...defaults, ...environment }, nodeOptions)
    running.push(larder)
    return larder
  }

  let warm: Promise<RunningServer> | undefined
  return {
    folder,
    library,
    start,
    warm: () => {
      warm ??= startWarm(start, library)
      return warm
    },
    stop: async () => {
      await Promise.all(running.map(({ stop }) => stop()))
      // The stopped database may still write for a moment.
      await rm(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

const startWarm = async (start: Lab['start'], library: Library): Promise<RunningServer> => {
  const [memory, disk] = [await start(), await start({ CACHE_MEMORY_BYTES: '1M' })]
  const at = ({ origin, pid }: Peer, { path, headers }: Target) => ({ origin, pid, paths: [path], headers })
  const forAll = (targets: ReadonlyArray<Target>) => ({
    ...at(memory, { path: '', headers: {} }),
    paths: targets.map(({ path }) => path),
  })
  return {
    warm: {
      image_playlist: at(memory, library.imagePlaylist),
      master: forAll(library.masters),
      list_query: forAll(library.longLists),
      image: at(memory, library.image),
      part_memory: at(memory, library.part),
      part_disk: at(disk, library.part),
    },
  }
}
