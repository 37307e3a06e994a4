import { copyFile, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import { addFile } from '../../../src/domain/ingest/add-file.ts'
import type { ContentFileUid, ImageFileUid } from '../../../src/domain/media/ids.ts'
import { refused, unavailable } from '../../../src/domain/shared/errors.ts'
import { O, TE } from '../../../src/fp.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { left, right } from '../../support/expect-right.ts'
import {
  addOptions,
  createLarderWithKeys,
  createStoreWithKeys,
  usePictureFolder,
} from '../../support/ingest-scene.ts'
import { makeExportsOf } from '../../support/make-exports-of.ts'
import { createMemoryLarder } from '../../support/memory-larder.ts'

const film = 'test/media/bunny.mp4'

describe('ingestion', () => {
  const paths = usePictureFolder()

  const isEmpty = async ({ ingest }: Larder) => {
    const { image, content } = await right(ingest.oldest)
    return O.isNone(image) && O.isNone(content)
  }

  it('makes exports of a picture in several formats and widths', async () => {
    const { larder, keys } = await createLarderWithKeys()
    const fractions: number[] = []
    const { kind, uid } = await right(
      addFile(larder, paths.picture, addOptions({ onProgress: (fraction) => fractions.push(fraction) })),
    )
    expect(kind).to.equal('image')
    const exports = await right(larder.imageFiles.listExports(uid as ImageFileUid))
    expect(new Set(exports.map(({ format }) => format))).to.deep.equal(new Set(['avif', 'webp', 'jpeg']))
    expect(keys.size).to.equal(exports.length + 1)
    expect(fractions.at(-1)).to.equal(1)
    expect(fractions).to.deep.equal(fractions.toSorted((a, b) => a - b))
  })

  it('makes HLS and mp4 exports of a film, each with its whole duration', async () => {
    const { larder } = await createLarderWithKeys()
    const { kind, uid, warnings } = await right(addFile(larder, film, addOptions()))
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

  it('recognises a file by its bytes: adding it again, under any name, makes nothing (§8.3)', async () => {
    const { larder, keys } = await createLarderWithKeys()
    const first = await right(addFile(larder, paths.picture, addOptions()))
    const stored = keys.size
    const copy = path.join(paths.folder, 'another name.png')
    await copyFile(paths.picture, copy)
    const second = await right(addFile(larder, copy, addOptions({ isPublic: true })))
    expect(second).to.deep.equal(first)
    expect(keys.size).to.equal(stored)
    expect(await right(larder.imageFiles.isPublic(first.uid as ImageFileUid))).to.equal(true)
  })

  for (const [what, name, bytes, message] of [
    ['a text named .mp4', 'text.mp4', 'not a film at all', /^(?!.*text\.mp4).+/],
    ['an empty file', 'empty.mp4', '', /^the file is empty$/],
    ['an SVG', 'drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>', /^SVG pictures are not supported/],
    [
      '[V37] a BMP',
      'x.bmp',
      `BM1234\0\0\0\x006\0\0\0(\0\0\0`,
      /^BMP pictures are not supported: save it as PNG/,
    ],
    ['[V37] a Photoshop file', 'x.psd', '8BPS\0\x01\0\0\0\0\0\0', /^Photoshop .*: export it as PNG/],
    ['a broken picture', 'broken.jpg', '\xff\xd8\xff\xe0 no more', /^(?!.*broken\.jpg).+/],
  ] as const) {
    it(`refuses ${what} with one line, and stores nothing of it`, async () => {
      const { larder, keys } = await createLarderWithKeys()
      const file = path.join(paths.folder, name)
      await writeFile(file, bytes, 'latin1')
      const error = await left(addFile(larder, file, addOptions()))
      expect(error._tag).to.equal('Refused')
      if (error._tag === 'Refused') expect(error.message).to.match(message).and.not.include('\n')
      expect(keys.size).to.equal(0)
      expect(await isEmpty(larder)).to.equal(true)
    })
  }

  it('refuses a truncated film, and deletes what it had stored of it', async () => {
    const { larder, keys } = await createLarderWithKeys()
    const whole = await readFile(film)
    const file = path.join(paths.folder, 'cut-off.mp4')
    await writeFile(file, whole.subarray(0, whole.length * 0.4))
    const error = await left(addFile(larder, file, addOptions()))
    expect(error._tag).to.equal('Refused')
    expect(keys.size).to.equal(0)
    expect(await isEmpty(larder)).to.equal(true)
  })

  it('makes a film public with its row, or one that the library had already', async () => {
    for (const before of [null, false]) {
      const { larder } = await createLarderWithKeys()
      if (before !== null)
        await right(
          larder.ingest.register(film, {
            onWaiting: () => {},
            signal: new AbortController().signal,
            isPublic: before,
          }),
        )
      const { uid } = await right(
        larder.ingest.register(film, {
          onWaiting: () => {},
          signal: new AbortController().signal,
          isPublic: true,
        }),
      )
      expect(await right(larder.contentFiles.isPublic(uid as ContentFileUid))).to.equal(true)
      await right(
        larder.ingest.register(film, {
          onWaiting: () => {},
          signal: new AbortController().signal,
          isPublic: false,
        }),
      )
      expect(await right(larder.contentFiles.isPublic(uid as ContentFileUid))).to.equal(true)
    }
  })

  it('finishes a file later if the store fails', async () => {
    const { store, keys } = createStoreWithKeys()
    let puts = 0
    const failing: ObjectStore = {
      ...store,
      put: (key, object) => {
        puts += 1
        return puts > 3 ? TE.left(unavailable('object store')('no space')) : store.put(key, object)
      },
    }
    const memory = await createMemoryLarder({ store: failing })
    expect(await left(addFile(memory, paths.picture, addOptions()))).to.include({ _tag: 'Unavailable' })
    expect(keys.size, 'only the original is left').to.equal(1)

    const restarted = await createMemoryLarder({ store, imageFiles: memory.imageFiles, jobs: memory.jobs })
    const [unfinished] = await right(restarted.ingest.listUnfinished)
    if (unfinished === undefined) return expect.fail('nothing is unfinished')
    const { state } = await right(makeExportsOf(restarted, unfinished))
    expect(state).to.equal('made')
    expect(await right(restarted.imageFiles.listExports(unfinished.uid as ImageFileUid))).not.to.have.length(
      0,
    )
    expect(await right(restarted.ingest.listUnfinished)).to.deep.equal([])
  })

  it('[V20] deletes no original that may be the only copy, whatever a decoder reports later', async () => {
    const { store, keys } = createStoreWithKeys()
    let puts = 0
    const failing: ObjectStore = {
      ...store,
      put: (key, object) => {
        puts += 1
        return puts > 1 ? TE.left(unavailable('object store')('no space')) : store.put(key, object)
      },
    }
    const memory = await createMemoryLarder({ store: failing })
    expect(await left(addFile(memory, paths.picture, addOptions()))).to.include({ _tag: 'Unavailable' })

    const { imageFiles, jobs, images } = memory
    const slow = { ...images, render: () => TE.left(refused('the file takes too long to decode')) }
    const stalled = await createMemoryLarder({ store, imageFiles, jobs, images: slow })
    for (let tries = 0; tries < 2; tries++) {
      const [file] = await right(stalled.ingest.listUnfinished)
      if (file === undefined) return expect.fail('it is not in the library')
      expect(await left(makeExportsOf(stalled, file))).to.include({
        _tag: 'Refused',
      })
      expect(keys.size, 'the original').to.equal(1)
    }
    const repaired = await createMemoryLarder({ store, imageFiles, jobs })
    const [file] = await right(repaired.ingest.listUnfinished)
    expect(await right(file === undefined ? TE.left(null) : makeExportsOf(repaired, file))).to.include({
      state: 'made',
    })
  })

  it('[V20] deletes what it has stored of a file that is refused while it is added', async () => {
    const { larder, keys } = await createLarderWithKeys()
    const images = { ...larder.images, render: () => TE.left(refused('the file cannot be decoded')) }
    const refusing = await createMemoryLarder({ ...larder, images })
    expect(await left(addFile(refusing, paths.picture, addOptions()))).to.include({ _tag: 'Refused' })
    expect(keys.size).to.equal(0)
    expect(await right(refusing.ingest.listUnfinished)).to.deep.equal([])
  })
})
