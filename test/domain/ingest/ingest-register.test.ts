import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { createMemoryObjectStore } from '../../../src/adapters/memory/memory-object-store.ts'
import type { Adapters } from '../../../src/composition/larder.ts'
import { addFile } from '../../../src/domain/ingest/add-file.ts'
import type { WorkLocks } from '../../../src/ports/work-locks.ts'
import { left, right } from '../../support/expect-right.ts'
import { createMemoryLarder } from '../../support/memory-larder.ts'
import { poster } from '../../support/pictures.ts'

const film = 'test/media/bunny.mp4'

describe('a file that is being registered [V24]', () => {
  let folder: string
  let picture: string
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-register-'))
    picture = path.join(folder, 'poster.jpg')
    await poster(960).jpeg().toFile(picture)
  })
  after(() => rm(folder, { recursive: true }))

  /** Adds a file, and interrupts the work as `how` specifies, at the first moment that `when` specifies. */
  const addUntil = async (file: string, how: 'stop' | 'lost lock', when: 'inspected' | 'uploaded') => {
    const stop = new AbortController()
    const lost = new AbortController()
    const end = () => (how === 'stop' ? stop : lost).abort()
    const base = await createMemoryLarder()
    const locks: WorkLocks = {
      ...base.locks,
      tryWith: (name, work) =>
        base.locks.tryWith(name, (own, asked) => work(AbortSignal.any([own, lost.signal]), asked)),
    }
    const aborted: Array<boolean | undefined> = []
    const inspecting = (signal: AbortSignal | undefined) => {
      if (when === 'inspected') end()
      aborted.push(signal?.aborted)
    }
    const overrides: Partial<Adapters> = {
      locks,
      images: {
        ...base.images,
        inspect: (source, signal) => {
          inspecting(signal)
          return base.images.inspect(source)
        },
      },
      transcoder: {
        ...base.transcoder,
        probe: (source, signal) => {
          inspecting(signal)
          return base.transcoder.probe(source)
        },
      },
    }
    const store = createMemoryObjectStore()
    const larder = await createMemoryLarder({
      ...overrides,
      store: {
        ...store,
        put: (key, object) => {
          if (when === 'uploaded') end()
          return store.put(key, object)
        },
      },
    })
    const failure = await left(
      addFile(larder, file, {
        isPublic: false,
        onRegistered: () => {},
        onProgress: () => {},
        signal: stop.signal,
      }),
    )
    const stored: string[] = []
    for await (const { key } of store.list('', null)) stored.push(key)
    const unfinished = await right(larder.ingest.listUnfinished)
    return { failure, aborted, stored, unfinished }
  }

  for (const how of ['stop', 'lost lock'] as const) {
    for (const [kind, file] of [
      ['picture', () => picture],
      ['film', () => film],
    ] as const)
      it(`is aborted by a ${how} while its ${kind} is inspected, and is not stored`, async () => {
        const { failure, aborted, stored, unfinished } = await addUntil(file(), how, 'inspected')
        expect(failure).to.include({ _tag: 'Unavailable' })
        expect(aborted).to.deep.equal([true])
        expect({ stored, unfinished }).to.deep.equal({ stored: [], unfinished: [] })
      })

    it(`is not stored after a ${how} during the upload`, async () => {
      const { failure, stored, unfinished } = await addUntil(picture, how, 'uploaded')
      expect(failure).to.include({ _tag: 'Unavailable' })
      expect({ stored, unfinished }).to.deep.equal({ stored: [], unfinished: [] })
    })
  }
})
