import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import { createMemoryWorkLocks, type HeldLocks } from '../../src/adapters/memory/memory-work-locks.ts'
import { systemMonotonic } from '../../src/adapters/platform/system-monotonic.ts'
import type { Adapters, Larder } from '../../src/composition/larder.ts'
import { type AddOptions, addFile } from '../../src/domain/ingest/add-file.ts'
import type { MakeOptions } from '../../src/domain/ingest/ingest-service.ts'
import type { ContentFileUid, ImageFileUid } from '../../src/domain/media/ids.ts'
import { refused, unavailable } from '../../src/domain/shared/errors.ts'
import { O, TE } from '../../src/fp.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { aNewImageExport } from '../support/builders.ts'
import { left, right } from '../support/expect-right.ts'
import { createMemoryLarder } from '../support/memory-larder.ts'
import { poster } from '../support/pictures.ts'

const film = 'test/media/bunny.mp4'

const options = (overrides: Partial<AddOptions> = {}): AddOptions => ({
  isPublic: false,
  onKnown: () => {},
  onProgress: () => {},
  ...overrides,
})

/** From the stored original, as any process does that has no copy of it. */
const fromLibrary: MakeOptions = {
  source: null,
  onProgress: () => {},
  signal: new AbortController().signal,
}

/** A store that knows what it holds. */
const createCountedStore = (): { readonly store: ObjectStore; readonly keys: Set<string> } => {
  const store = createMemoryObjectStore()
  const keys = new Set<string>()
  return {
    keys,
    store: {
      ...store,
      put: (key, object) => {
        keys.add(key)
        return store.put(key, object)
      },
      delete: (key) => {
        keys.delete(key)
        return store.delete(key)
      },
    },
  }
}

describe('ingestion', () => {
  let folder: string
  let picture: string
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-ingest-'))
    picture = path.join(folder, 'poster.jpg')
    await poster(960).jpeg().toFile(picture)
  })
  after(() => rm(folder, { recursive: true }))

  const make = async (overrides: Partial<Adapters> = {}) => {
    const { store, keys } = createCountedStore()
    return { larder: await createMemoryLarder({ store, ...overrides }), keys }
  }

  const isEmpty = async ({ ingest }: Larder) => {
    const { image, content } = await right(ingest.oldest)
    return O.isNone(image) && O.isNone(content)
  }

  it('makes a ladder of formats and widths of a picture', async () => {
    const { larder, keys } = await make()
    const fractions: number[] = []
    const { kind, uid } = await right(
      addFile(larder, picture, options({ onProgress: (fraction) => fractions.push(fraction) })),
    )
    expect(kind).to.equal('image')
    const exports = await right(larder.imageFiles.listExports(uid as ImageFileUid))
    expect(new Set(exports.map(({ format }) => format))).to.deep.equal(new Set(['avif', 'webp', 'jpeg']))
    expect(keys.size).to.equal(exports.length + 1)
    expect(fractions.at(-1)).to.equal(1)
    expect(fractions).to.deep.equal(fractions.toSorted((a, b) => a - b))
  })

  it('makes HLS and mp4 exports of a film, which all last as long as it does', async () => {
    const { larder } = await make()
    const { kind, uid, warnings } = await right(addFile(larder, film, options()))
    expect({ kind, warnings }).to.deep.equal({ kind: 'content', warnings: [] })
    const file = await right(larder.contentFiles.find(uid as ContentFileUid))
    if (O.isNone(file)) return expect.fail('the film is not there')
    const { exports, durationSeconds } = file.value
    expect(durationSeconds).to.be.closeTo(4, 0.1)
    for (const made of exports) expect(made.durationSeconds).to.be.closeTo(durationSeconds, 0.1)

    const hls = exports.filter(({ format }) => format === 'm3u8')
    expect(new Set(hls.map(({ targetDuration }) => targetDuration)).size).to.equal(1)
    expect(hls.filter(({ video }) => video === null)).to.have.length(1)
    for (const mp4 of exports.filter(({ format }) => format === 'mp4'))
      expect(mp4.codecs.map((codec) => codec.slice(0, 4))).to.deep.equal(['avc1', 'mp4a'])
  })

  it('knows a file by its bytes: adding it again, under any name, makes nothing (§8.3)', async () => {
    const { larder, keys } = await make()
    const first = await right(addFile(larder, picture, options()))
    const stored = keys.size
    const copy = path.join(folder, 'another name.png')
    await copyFile(picture, copy)
    const second = await right(addFile(larder, copy, options({ isPublic: true })))
    expect(second).to.deep.equal(first)
    expect(keys.size).to.equal(stored)
    expect(await right(larder.imageFiles.isPublic(first.uid as ImageFileUid))).to.equal(true)
  })

  for (const [what, name, bytes, message] of [
    ['a text named .mp4', 'text.mp4', 'not a film at all', /^(?!.*text\.mp4).+/],
    ['an empty file', 'empty.mp4', '', /^the file is empty$/],
    ['an SVG', 'drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>', /^SVG pictures are not taken/],
    ['[V37] a BMP', 'x.bmp', `BM1234\0\0\0\x006\0\0\0(\0\0\0`, /^BMP pictures are not taken: save it as PNG/],
    ['[V37] a Photoshop file', 'x.psd', '8BPS\0\x01\0\0\0\0\0\0', /^Photoshop .*: export it as PNG/],
    ['a broken picture', 'broken.jpg', '\xff\xd8\xff\xe0 no more', /^(?!.*broken\.jpg).+/],
  ] as const) {
    it(`refuses ${what} in one line, and keeps nothing of it`, async () => {
      const { larder, keys } = await make()
      const file = path.join(folder, name)
      await writeFile(file, bytes, 'latin1')
      const error = await left(addFile(larder, file, options()))
      expect(error._tag).to.equal('Refused')
      if (error._tag === 'Refused') expect(error.message).to.match(message).and.not.include('\n')
      expect(keys.size).to.equal(0)
      expect(await isEmpty(larder)).to.equal(true)
    })
  }

  it('refuses a film that is cut off, and takes back what it had stored of it', async () => {
    const { larder, keys } = await make()
    const whole = await readFile(film)
    const file = path.join(folder, 'cut-off.mp4')
    await writeFile(file, whole.subarray(0, whole.length * 0.4))
    const error = await left(addFile(larder, file, options()))
    expect(error._tag).to.equal('Refused')
    expect(keys.size).to.equal(0)
    expect(await isEmpty(larder)).to.equal(true)
  })

  it('refuses to make sound or film public', async () => {
    const { larder } = await make()
    expect(await left(addFile(larder, film, options({ isPublic: true })))).to.include({ _tag: 'Refused' })
  })

  it('finishes later what a failing store cut off', async () => {
    const { store, keys } = createCountedStore()
    let puts = 0
    const failing: ObjectStore = {
      ...store,
      put: (key, object) => {
        puts += 1
        return puts > 3 ? TE.left(unavailable('object store')('no space')) : store.put(key, object)
      },
    }
    const memory = await createMemoryLarder({ store: failing })
    expect(await left(addFile(memory, picture, options()))).to.include({ _tag: 'Unavailable' })
    expect(keys.size, 'the original alone is left').to.equal(1)

    const restarted = await createMemoryLarder({ store, imageFiles: memory.imageFiles })
    const [unfinished] = await right(restarted.ingest.listUnfinished)
    if (unfinished === undefined) return expect.fail('nothing is unfinished')
    const { state } = await right(restarted.ingest.makeExports(unfinished, fromLibrary))
    expect(state).to.equal('made')
    expect(await right(restarted.imageFiles.listExports(unfinished.uid as ImageFileUid))).not.to.have.length(
      0,
    )
    expect(await right(restarted.ingest.listUnfinished)).to.deep.equal([])
  })

  it('[V20] deletes no original that may be the only copy, whatever a decoder says of it later', async () => {
    const { store, keys } = createCountedStore()
    let puts = 0
    const failing: ObjectStore = {
      ...store,
      put: (key, object) => {
        puts += 1
        return puts > 1 ? TE.left(unavailable('object store')('no space')) : store.put(key, object)
      },
    }
    const memory = await createMemoryLarder({ store: failing })
    expect(await left(addFile(memory, picture, options()))).to.include({ _tag: 'Unavailable' })

    const { imageFiles, images } = memory
    const slow = { ...images, render: () => TE.left(refused('the file takes too long to decode')) }
    const stalled = await createMemoryLarder({ store, imageFiles, images: slow })
    for (let tries = 0; tries < 2; tries++) {
      const [file] = await right(stalled.ingest.listUnfinished)
      if (file === undefined) return expect.fail('it is out of the library')
      expect(await left(stalled.ingest.makeExports(file, fromLibrary))).to.include({ _tag: 'Refused' })
      expect(keys.size, 'the original').to.equal(1)
    }
    const well = await createMemoryLarder({ store, imageFiles })
    const [file] = await right(well.ingest.listUnfinished)
    if (file === undefined) return expect.fail('it is out of the library')
    expect(await right(well.ingest.makeExports(file, fromLibrary))).to.include({ state: 'made' })
  })

  it('[V20] takes back what it has stored of a file that is refused while its sender has it', async () => {
    const { larder, keys } = await make({})
    const images = { ...larder.images, render: () => TE.left(refused('the file cannot be decoded')) }
    const refusing = await createMemoryLarder({ store: larder.store, imageFiles: larder.imageFiles, images })
    expect(await left(addFile(refusing, picture, options()))).to.include({ _tag: 'Refused' })
    expect(keys.size).to.equal(0)
    expect(await right(refusing.ingest.listUnfinished)).to.deep.equal([])
  })

  /** Two processes on one library, and how often either has rendered a picture. */
  const makeTwo = async (overrides: Partial<Adapters> = {}) => {
    const { larder } = await make()
    const held: HeldLocks = new Map()
    let renders = 0
    const images: Adapters['images'] = {
      ...larder.images,
      render: (...args) => {
        renders += 1
        return larder.images.render(...args)
      },
    }
    const { store, imageFiles, contentFiles } = larder
    const one = () =>
      createMemoryLarder({
        store,
        imageFiles,
        contentFiles,
        images,
        locks: createMemoryWorkLocks(systemMonotonic, held),
        ...overrides,
      })
    return { one: await one(), other: await one(), renders: () => renders }
  }

  it('[V24] makes the exports of a file once when two processes add it: the second waits, and says so', async () => {
    const { one, other, renders } = await makeTwo()
    let waits = 0
    const waiting = options({ onWaiting: () => waits++ })
    const [first, second] = await Promise.all([
      right(addFile(one, picture, waiting)),
      right(addFile(other, picture, waiting)),
    ])
    expect(second.uid).to.equal(first.uid)
    expect({ waits, renders: renders() }).to.deep.equal({ waits: 1, renders: 1 })
    expect([...first.warnings, ...second.warnings]).to.satisfy(
      (all: ReadonlyArray<string>) =>
        all.length === 0 || /^its exports are there: another process/.test(all.join()),
    )
  })

  it('[V24] leaves an unfinished file to the process that is at it', async () => {
    const { one, other, renders } = await makeTwo()
    let isBusy: unknown
    await right(
      addFile(
        one,
        picture,
        options({
          onKnown: ({ uid }) => {
            isBusy = (async () => {
              const [file] = await right(other.ingest.listUnfinished)
              expect(file?.uid).to.equal(uid)
              if (file === undefined) return expect.fail('it is not registered')
              // The lock is taken before the first report of progress.
              for (;;) {
                if (O.isSome(one.progress.read(uid))) break
                await new Promise(setImmediate)
              }
              return other.ingest.makeExports(file, fromLibrary)()
            })()
          },
        }),
      ),
    )
    expect(await isBusy).to.deep.equal({ _tag: 'Right', right: { state: 'busy' } })
    expect(renders()).to.equal(1)
  })

  it('[V24] stops at a signal, leaves nothing in scratch, and is finished by the next try', async () => {
    const { larder, keys } = await make()
    const stopping = new AbortController()
    const error = await left(
      addFile(
        larder,
        picture,
        options({
          signal: stopping.signal,
          onProgress: (fraction) => {
            if (fraction > 0) stopping.abort()
          },
        }),
      ),
    )
    expect(error, 'the file is not to blame').to.include({ _tag: 'Unavailable' })
    expect(keys.size, 'the original alone is left').to.equal(1)
    const [file] = await right(larder.ingest.listUnfinished)
    if (file === undefined) return expect.fail('it is gone')
    expect(await right(larder.ingest.makeExports(file, fromLibrary))).to.include({ state: 'made' })
  })

  for (const [what, meanwhile, outcome] of [
    [
      'is gone by then',
      (repository: Adapters['imageFiles'], uid: ImageFileUid) => repository.removeUnfinished(uid),
      'refused',
    ],
    [
      'has got those of another process',
      (repository: Adapters['imageFiles'], uid: ImageFileUid) =>
        repository.addExports(uid, [aNewImageExport()]),
      'theirs',
    ],
  ] as const)
    it(`[V29] does not report exports as made when the file ${what}`, async () => {
      const { larder, keys } = await make()
      const imageFiles: Adapters['imageFiles'] = {
        ...larder.imageFiles,
        addExports: (uid, exports) => async () => {
          await meanwhile(larder.imageFiles, uid)()
          return larder.imageFiles.addExports(uid, exports)()
        },
      }
      const late = await createMemoryLarder({ store: larder.store, imageFiles })
      if (outcome === 'refused') {
        const error = await left(addFile(late, picture, options()))
        expect(error._tag === 'Refused' && error.message).to.match(/^it is no longer in the library/)
      } else {
        const { warnings } = await right(addFile(late, picture, options()))
        expect(warnings).to.deep.equal([
          'its exports are there: another process, or an earlier try, has made them',
        ])
      }
      expect(keys.size, 'the original alone').to.equal(1)
    })

  it('shows how far it is while it works, and nothing afterwards', async () => {
    const { larder } = await make()
    const seen: boolean[] = []
    let known: string | undefined
    await right(
      addFile(
        larder,
        picture,
        options({
          onKnown: ({ uid }) => {
            known = uid
          },
          onProgress: () => seen.push(O.isSome(larder.progress.read(known ?? ''))),
        }),
      ),
    )
    expect(seen).not.to.include(false)
    expect(larder.progress.read(known ?? '')).to.deep.equal(O.none)
  })
})
