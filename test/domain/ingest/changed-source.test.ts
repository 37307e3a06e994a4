import { appendFile, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import type { RegisterOptions } from '../../../src/domain/ingest/ingest-service.ts'
import type { ContentFileUid, ImageFileUid } from '../../../src/domain/media/ids.ts'
import { O, type TE } from '../../../src/fp.ts'
import { left, right } from '../../support/expect-right.ts'
import { createStoreWithKeys } from '../../support/ingest-scene.ts'
import { makeExportsOf } from '../../support/make-exports-of.ts'
import { createMemoryLarder } from '../../support/memory-larder.ts'
import { poster } from '../../support/pictures.ts'
import { mediaPath } from '../../support/transcoding.ts'

const signal = new AbortController().signal
const usual: RegisterOptions = { isPublic: false, onWaiting: () => {}, signal }

type Change = (source: string) => Promise<unknown>

const changes = {
  'another picture': (source) => poster(60).jpeg().toFile(source),
  'no picture': (source) => writeFile(source, 'words in place of a picture'),
  'a longer file': (source) => appendFile(source, 'more'),
  'no file': (source) => rm(source),
} satisfies Readonly<Record<string, Change>>

describe('a source that changes', () => {
  let folder: string
  let picture: string
  let images: Larder['images']
  let transcoder: Larder['transcoder']
  before(async () => {
    const engines = await createMemoryLarder()
    images = engines.images
    transcoder = engines.transcoder
    folder = await mkdtemp(path.join(tmpdir(), 'larder-changing-'))
    picture = path.join(folder, 'poster.jpg')
    await poster(200).jpeg().toFile(picture)
  })
  after(() => rm(folder, { recursive: true }))

  const copyOf = async (original: string): Promise<string> => {
    const source = path.join(await mkdtemp(path.join(folder, 'source-')), path.basename(original))
    await copyFile(original, source)
    return source
  }

  /**
   * Creates a library whose image processor and transcoder run `meanwhile` when they have made all exports.
   */
  const larderWith = async (meanwhile: Change) => {
    const { store, keys } = createStoreWithKeys()
    const thenMeanwhile =
      <L, A>(source: string, making: TE.TaskEither<L, A>): TE.TaskEither<L, A> =>
      async () => {
        const made = await making()
        await meanwhile(source)
        return made
      }
    const larder = await createMemoryLarder({
      store,
      images: {
        ...images,
        render: (source, ...rest) => thenMeanwhile(source, images.render(source, ...rest)),
      },
      transcoder: {
        ...transcoder,
        transcode: (source, ...rest) => thenMeanwhile(source, transcoder.transcode(source, ...rest)),
      },
    })
    return { larder, keys }
  }

  for (const [when, what] of [
    ['before', 'another picture'],
    ['while', 'another picture'],
    ['before', 'no picture'],
    ['while', 'a longer file'],
    ['before', 'no file'],
  ] as const)
    it(`to ${what} ${when} its exports are made is ignored: the exports are made from the registered bytes`, async () => {
      const change = changes[what]
      const source = await copyOf(picture)
      const { larder, keys } = await larderWith(async (read) => {
        if (when === 'while' && read === source) await change(source)
      })
      const { kind, uid } = await right(larder.ingest.register(source, usual))
      if (when === 'before') await change(source)
      expect(await right(makeExportsOf(larder, { kind, uid }, { source }))).to.include({
        state: 'made',
      })
      const made = await right(larder.imageFiles.listExports(uid as ImageFileUid))
      expect(Math.max(...made.map(({ width }) => width))).to.equal(200)
      expect(keys.size, 'the original and its exports').to.equal(made.length + 1)
    })

  it('to another sound while its exports are made is ignored: the exports are made from the registered bytes', async () => {
    const source = await copyOf(mediaPath('beat.m2t'))
    const { larder } = await larderWith(async (read) => {
      if (read === source) await copyFile(mediaPath('bunny.mp4'), source)
    })
    const { kind, uid } = await right(larder.ingest.register(source, usual))
    const { state } = await right(makeExportsOf(larder, { kind, uid }, { source }))
    expect(state).to.equal('made')
    const file = await right(larder.contentFiles.find(uid as ContentFileUid))
    const { exports } = O.isSome(file) ? file.value : expect.fail('no file')
    for (const { durationSeconds } of exports) expect(durationSeconds).to.be.closeTo(6, 0.1)
  })

  it('after its inspection and before its upload is refused with the reason, and nothing is stored', async () => {
    const source = await copyOf(picture)
    const { store, keys } = createStoreWithKeys()
    const larder = await createMemoryLarder({
      store,
      images: {
        ...images,
        inspect:
          (read, ...rest) =>
          async () => {
            const facts = await images.inspect(read, ...rest)()
            await poster(60).jpeg().toFile(source)
            return facts
          },
      },
    })
    expect(await left(larder.ingest.register(source, usual))).to.deep.include({
      _tag: 'Refused',
      message: 'the file changed while it was read: add it again once it is complete',
    })
    for (const key of keys) expect(await right(store.read(key, { start: 0, end: 1 }))).to.deep.equal(O.none)
    expect(await right(larder.ingest.listUnfinished)).to.deep.equal([])
  })
})
