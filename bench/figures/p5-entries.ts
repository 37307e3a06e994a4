import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolders } from '../../src/adapters/cache/disk/cache-folders.ts'
import { createJournal, type JournalRecord } from '../../src/adapters/cache/disk/journal.ts'
import { createSymlinkLock } from '../../src/adapters/cache/disk/link-lock.ts'
import { currentProcessIdentity, processStateOf } from '../../src/adapters/platform/process-identity.ts'
import { localProcessLiveness } from '../../src/adapters/platform/process-liveness.ts'
import type { Lab } from '../larder/lab.ts'
import { memoryOf } from '../larder/memory-of.ts'
import type { Peer } from '../peers/peer.ts'
import { compare } from './compare.ts'
import type { Fact, Figure, Finding, Settings } from './figure.ts'

function* entries(count: number): Generator<JournalRecord> {
  for (let n = 0; n < count; n++) yield { op: 'stored', id: randomBytes(32), blocks: 1, flags: 0 }
}

/**
 * Writes a cache journal with `count` entries, but not their files: the bench never reads these, and writing
 * them would take an hour. Holds the maintenance lock as another process would, so that no sweep detects the
 * missing files.
 */
const fillJournal = async (dir: string, count: number): Promise<void> => {
  const folders = cacheFolders(dir)
  await mkdir(dir, { recursive: true })
  await createSymlinkLock(folders.maintenanceLock, (text) => text, processStateOf).take(
    currentProcessIdentity,
  )
  const journal = createJournal(folders.journal, () => join(dir, 'new-journal'), localProcessLiveness)
  await journal.rewrite(entries(count))
  await journal.close()
}

type Started = { readonly larder: Peer; readonly readySeconds: number; readonly bytes: number }

const start = async ({ folder, library, start: startOn }: Lab, count: number): Promise<Started> => {
  const dir = join(folder, `cache-of-${count}`)
  await fillJournal(dir, count)
  const from = performance.now()
  const larder = await startOn({ CACHE_DIR: dir, CACHE_MEMORY_BYTES: '1K', CACHE_MAX_BYTES: '1T' })
  const { path, headers } = library.part
  const health = await fetch(`${larder.origin}/healthz`, { signal: AbortSignal.timeout(10_000) })
  if (health.status !== 200) throw new Error(`the server is not ready: ${health.status}`)
  const readySeconds = (performance.now() - from) / 1000
  for (let n = 0; n < 20; n++) await (await fetch(larder.origin + path, { headers })).arrayBuffer()
  return { larder, readySeconds, bytes: await memoryOf(larder.pid) }
}

const run = async (lab: Lab, settings: Settings, many: number): Promise<ReadonlyArray<Finding | Fact>> => {
  const few = await start(lab, 1000)
  const all = await start(lab, many)
  const { path, headers } = lab.library.image
  const subject = (name: string, { larder: { origin, pid } }: Started) => ({
    name,
    origin,
    pid,
    paths: [path],
    headers,
  })
  const hits = await compare(
    'an image from the disk',
    [subject(`${many} entries`, all), subject('1000 entries', few)],
    settings,
    { '1000 entries': 0.9 },
  )
  return [
    ...hits,
    { fact: `started with ${many} entries in`, value: all.readySeconds, unit: 's', goal: { atMost: 3 } },
    { fact: 'with 1000 in', value: few.readySeconds, unit: 's' },
    {
      fact: 'memory an entry (RSS)',
      value: (all.bytes - few.bytes) / (many - 1000),
      unit: 'bytes',
      goal: { atMost: 200 },
    },
  ]
}

/** Start-up time, memory and throughput of a large cache. */
export const p5Entries: Figure = {
  id: 'P5',
  title: 'a cache of a million entries',
  needs: [],
  run: async ({ lab, settings, smoke }) => run(await lab(), settings, smoke ? 20_000 : 1_000_000),
}
