import { expect } from 'chai'
import fc from 'fast-check'
import { outcomeOfFailure } from '../../src/domain/jobs/job-outcome.ts'
import { O } from '../../src/fp.ts'
import type { MediaFilter } from '../../src/ports/media-repository.ts'
import {
  aNewContentExport,
  aNewContentFile,
  aNewFileJob,
  aNewImageExport,
  aNewImageFile,
  aStoredFile,
} from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { anyMedia, listAllMedia } from '../support/media-filters.ts'
import { createMediaScene, type MediaSubject } from '../support/media-scene.ts'

/** What every MediaRepository promises about lists and single files. `make` returns an empty library. */
export const mediaRepositoryContract = (make: () => Promise<MediaSubject>): void => {
  let subject: MediaSubject
  beforeEach(async () => {
    subject = await make()
  })

  const { addImage, addFilm, find } = createMediaScene(() => subject)
  const uidsOf = async (filter: Partial<MediaFilter>): Promise<ReadonlyArray<string>> => {
    const { items, total } = await right(subject.media.list({ ...anyMedia, ...filter }, 200, null))
    expect(total).to.equal(items.length)
    return items.map(({ uid }) => uid)
  }

  it('lists files of both kinds, newest first, in pages of any length', async () => {
    expect(await right(subject.media.list(anyMedia, 1, null))).to.deep.equal({
      items: [],
      next: null,
      total: 0,
    })
    const added: string[] = []
    for (let n = 0; n < 7; n += 1) added.push((n % 3 === 0 ? await addFilm() : await addImage()).uid)
    const all = await listAllMedia(subject.media)
    expect(all.map(({ uid }) => uid)).to.have.members(added)
    const times = all.map(({ createdAt }) => createdAt)
    expect(times).to.deep.equal([...times].sort((a, b) => b - a))
    for (const limit of [1, 2, 3, 6, 7, 8])
      expect(await listAllMedia(subject.media, {}, limit), String(limit)).to.deep.equal(all)
    const page = await right(subject.media.list(anyMedia, 3, null))
    expect([page.items.length, page.total]).to.deep.equal([3, 7])
  })

  it('shows what is known of a file, before and after it has exports', async () => {
    const original = aStoredFile({ contentType: 'image/jpeg', size: 77 })
    const { uid, sha512 } = await addImage({ name: 'a.jpg', width: 20, height: 10, original })
    const image = await find(uid)
    expect(image).to.deep.include({
      kind: 'image',
      uid,
      title: null,
      fileName: 'a.jpg',
      state: 'waiting',
      isPublic: false,
      sizeBytes: 77,
      contentType: 'image/jpeg',
      width: 20,
      height: 10,
      durationSeconds: null,
      thumbhash: null,
      warnings: [],
      alt: null,
      metadata: {},
      version: 1,
      sha512,
      exports: [],
    })
    expect(image.updatedAt).to.equal(image.createdAt)
    const exported = aNewImageExport({ width: 20, height: 10 })
    await right(subject.imageFiles.addExports(uid, [exported], null))
    const { thumbhash, format, recipe } = exported
    expect(await find(uid)).to.deep.include({ state: 'ready', thumbhash })
    expect((await find(uid)).exports).to.deep.equal([
      {
        uid: exported.uid,
        format,
        width: 20,
        height: 10,
        codecs: [],
        language: null,
        bandwidth: null,
        sizeBytes: exported.file.size,
        recipe,
        firstPartUid: null,
      },
    ])

    const unknown = aStoredFile({ contentType: 'application/octet-stream' })
    const film = await addFilm({ original: unknown, durationSeconds: 0 })
    expect(await find(film.uid)).to.include({ contentType: null, durationSeconds: null, width: null })
    const hls = aNewContentExport({ durationSeconds: 9 })
    const sound = aNewContentExport({
      video: null,
      audio: { channels: 2, sampleRate: 48_000 },
      language: 'deu',
    })
    await right(subject.contentFiles.addExports(film.uid, [sound, hls], null))
    const ready = await find(film.uid)
    expect(ready).to.include({ kind: 'content', width: 640, height: 360, state: 'ready', thumbhash: null })
    expect(ready.exports.map(({ uid: one }) => one)).to.deep.equal([sound.uid, hls.uid])
    expect(ready.exports.map(({ language }) => language)).to.deep.equal(['deu', null])
    expect(ready.exports[1]).to.include({ bandwidth: 900_000, firstPartUid: hls.parts[1]?.uid })
    expect(O.isNone(await right(subject.media.find('if_unknown')))).to.equal(true)
  })

  it('finds the original of a file, of either kind', async () => {
    for (const { uid, name, original } of [await addImage({ name: 'Köln.jpg' }), await addFilm()]) {
      const found = O.toNullable(await right(subject.media.findOriginal(uid)))
      expect(found).to.deep.include({ fileName: name, file: original })
      expect(Math.abs((found?.storedAt ?? 0) - (await find(uid)).createdAt / 1000)).to.be.lessThan(60_000)
    }
    expect(O.isNone(await right(subject.media.findOriginal('if_unknown')))).to.equal(true)
  })

  it('leaves out replaced exports', async () => {
    const { uid } = await addImage()
    await right(subject.imageFiles.addExports(uid, [aNewImageExport({ recipe: 1 })], null))
    const next = aNewImageExport({ recipe: 2 })
    await right(subject.imageFiles.replaceExports(uid, [next], null))
    expect((await find(uid)).exports.map((exported) => exported.uid)).to.deep.equal([next.uid])
  })

  it('filters by each member, and by several together', async () => {
    const fresh = await addImage()
    const old = await addFilm()
    const open = await addImage({ isPublic: true })
    await right(subject.imageFiles.addExports(fresh.uid, [aNewImageExport()], null))
    await right(subject.contentFiles.addExports(old.uid, [aNewContentExport({ recipe: 1 })], null))
    expect(await uidsOf({ kind: 'content' })).to.deep.equal([old.uid])
    expect(await uidsOf({ isPublic: true })).to.deep.equal([open.uid])
    expect(await uidsOf({ isPublic: false })).to.have.members([fresh.uid, old.uid])
    expect(await uidsOf({ isOutdated: true })).to.deep.equal([old.uid])
    expect(await uidsOf({ isOutdated: false })).to.have.members([fresh.uid, open.uid])
    expect(await uidsOf({ isOutdated: true, kind: 'image' })).to.deep.equal([])
    expect(await uidsOf({ state: 'ready', isOutdated: false })).to.deep.equal([fresh.uid])
    const { createdAt } = await find(old.uid)
    const { createdAt: first } = await find(fresh.uid)
    expect(await uidsOf({ createdAfter: first - 1, createdBefore: first })).to.deep.equal([])
    expect(await uidsOf({ createdAfter: first - 1, createdBefore: first + 1, kind: 'image' })).to.include(
      fresh.uid,
    )
    expect(await uidsOf({ createdAfter: createdAt, kind: 'content' })).to.deep.equal([])
    expect(await uidsOf({ createdBefore: createdAt, kind: 'content' })).to.deep.equal([])
  })

  it('filters by the state that viewers see', async () => {
    const states = { waiting: 'waiting', making: 'making', failed: 'failed', again: 'waiting' } as const
    const uids = new Map<string, string>()
    for (const name of Object.keys(states)) {
      const file = aNewContentFile()
      const { uid: job } = aNewFileJob()
      await right(subject.contentFiles.add(file, { uid: job, attempts: 5 }))
      uids.set(name, file.uid)
      if (name === 'waiting') continue
      const leased = await right(subject.jobs.takeOne(job))
      if (O.isNone(leased)) return expect.fail('it is not waiting')
      if (name === 'making') continue
      const failed = outcomeOfFailure(leased.value, 'it has no pixels', 'file')
      await right(subject.jobs.settle(leased.value.lease, failed))
      if (name === 'again') await right(subject.jobs.retry(job))
    }
    for (const state of ['waiting', 'making', 'failed', 'ready'] as const)
      expect(await uidsOf({ state }), state).to.have.members(
        Object.entries(states).flatMap(([name, shown]) => (shown === state ? [uids.get(name)] : [])),
      )
    for (const [name, state] of Object.entries(states))
      expect((await find(uids.get(name) ?? '')).state, name).to.equal(state)
  })

  it('shows the warnings of the job that made the exports', async () => {
    const file = aNewImageFile()
    const job = aNewFileJob()
    await right(subject.imageFiles.add(file, job))
    const leased = await right(subject.jobs.takeOne(job.uid))
    if (O.isNone(leased)) return expect.fail('it is not waiting')
    const completion = { lease: leased.value.lease, warnings: ['its alpha is lost'] }
    await right(subject.imageFiles.addExports(file.uid, [aNewImageExport()], completion))
    expect((await find(file.uid)).warnings).to.deep.equal(['its alpha is lost'])
  })

  it('finds a part of a title or a name, in any case, and a whole uid', async () => {
    const names = [
      'Holiday in Köln.JPG',
      'e\u0301te\u0301.png',
      '100% \\ a_b.jpg',
      "o'hara?.webp",
      '"{a,b}" NULL\nnext.gif',
    ]
    const files = []
    for (const name of names) files.push(await addImage({ name }))
    const [holiday, summer, signs, quote, lines] = files.map(({ uid }) => uid)
    const film = await addFilm({ name: 'f.mp4' })
    await right(subject.media.change(film.uid, { title: 'Ein Ausflug nach KÖLN' }, null))
    const found = (search: string) => uidsOf({ search: search.normalize('NFC') })
    expect(await found('holiday in')).to.deep.equal([holiday])
    expect(await found('köln')).to.have.members([holiday, film.uid])
    expect(await found('KÖLN')).to.have.members([holiday, film.uid])
    expect(await found('\u00e9t\u00e9')).to.deep.equal([summer])
    expect(await found('e\u0301te\u0301')).to.deep.equal([summer])
    expect(await found('00% \\ a_b')).to.deep.equal([signs])
    expect(await found("o'hara?")).to.deep.equal([quote])
    for (const part of ['"{a', '{a,b}"', 'null', '\nne', 'll\nnext'])
      expect(await found(part), part).to.deep.equal([lines])
    for (const none of ['f.mp4\nein', '4\ne', 'aXb', '%%%', '___', 'jpgholiday', 'f.mp4Ein', '\\\\\\'])
      expect(await found(none), none).to.deep.equal([])
    expect(await found(film.uid)).to.deep.equal([film.uid])
    expect(await found(film.uid.slice(0, -1))).to.deep.equal([])
    expect(await uidsOf({ search: 'köln', kind: 'image' })).to.deep.equal([holiday])
    await right(subject.media.change(film.uid, { title: null }, null))
    expect(await found('köln')).to.deep.equal([holiday])
  })

  it('returns each file once in the pages of any list, while others are added', async () => {
    const step = fc.record({ images: fc.nat({ max: 3 }), films: fc.nat({ max: 3 }) })
    await fc.assert(
      fc.asyncProperty(step, step, fc.integer({ min: 1, max: 4 }), async (first, later, limit) => {
        subject = await make()
        const add = ({ images, films }: typeof first) =>
          Promise.all([
            ...Array.from({ length: images }, () => addImage()),
            ...Array.from({ length: films }, () => addFilm()),
          ])
        const present = (await add(first)).map(({ uid }) => uid as string)
        let adding: Promise<unknown> = Promise.resolve()
        const listed = await listAllMedia(subject.media, {}, limit, async () => {
          await adding
          adding = add(later)
        })
        await adding
        const uids = listed.map(({ uid }) => uid as string)
        expect(uids).to.have.length(new Set(uids).size)
        expect(uids).to.include.members(present)
      }),
      { numRuns: 10 },
    )
  })
}
