import { expect } from 'chai'
import fc from 'fast-check'
import { aNewImageExport } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { createMediaScene, type MediaSubject } from '../support/media-scene.ts'

/** What every MediaRepository promises about changes. `make` returns an empty library. */
export const mediaChangesContract = (make: () => Promise<MediaSubject>): void => {
  let subject: MediaSubject
  beforeEach(async () => {
    subject = await make()
  })

  const { addImage, addFilm, find } = createMediaScene(() => subject)

  it('changes only the given members, and counts its own changes alone', async () => {
    for (const { uid } of [await addImage(), await addFilm()]) {
      const before = await find(uid)
      const title = 'ünï 🦊 \u001b[31m'
      expect(await right(subject.media.change(uid, { title, isPublic: true }, [1]))).to.equal('changed')
      const changed = await find(uid)
      expect(changed).to.deep.include({ title, isPublic: true, alt: null, metadata: {}, version: 2 })
      expect(changed.createdAt).to.equal(before.createdAt)
      expect(changed.updatedAt).to.be.at.least(before.updatedAt)
      await right(subject.media.change(uid, { alt: 'a fox', metadata: { a: [1, null, { b: 'c' }] } }, null))
      await right(subject.media.change(uid, { title: null, metadata: { z: true } }, [1, 3]))
      expect(await find(uid)).to.deep.include({
        title: null,
        alt: 'a fox',
        isPublic: true,
        metadata: { z: true },
        version: 4,
      })
      await right(subject.media.change(uid, {}, null))
      expect((await find(uid)).version).to.equal(5)
    }
    const image = await addImage()
    await right(subject.imageFiles.setPublic(image.uid, true))
    await right(subject.imageFiles.addExports(image.uid, [aNewImageExport()], null))
    expect(await find(image.uid)).to.include({ version: 1, isPublic: true })
    await right(subject.media.change(image.uid, { isPublic: false }, null))
    expect(await right(subject.imageFiles.isPublic(image.uid))).to.equal(false)
  })

  it('changes nothing if the version is another one, or the file is missing', async () => {
    const { uid } = await addFilm()
    for (const versions of [[2], [], [9_007_199_254_740_991]])
      expect(await right(subject.media.change(uid, { title: 'x' }, versions))).to.equal('wrong version')
    expect(await find(uid)).to.include({ title: null, version: 1 })
    for (const versions of [null, [1]])
      expect(await right(subject.media.change('cf_unknown', { title: 'x' }, versions))).to.equal('missing')
  })

  it('lets one of several changes of the same version succeed', async () => {
    const { uid } = await addImage()
    const results = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((title) => right(subject.media.change(uid, { title }, [1]))),
    )
    expect(results.filter((result) => result === 'changed')).to.have.length(1)
    expect(results.filter((result) => result === 'wrong version')).to.have.length(4)
    expect((await find(uid)).version).to.equal(2)
  })

  it('changes several files at once, and returns those that exist', async () => {
    const files = [await addImage(), await addFilm(), await addImage()]
    const uids = files.map(({ uid }) => uid as string)
    const asked = ['if_unknown', ...uids, 'cf_unknown']
    // Both change the same files in opposite orders.
    const found = await Promise.all([
      right(subject.media.changeAll(asked, { title: 'many', metadata: { n: 1 } })),
      right(subject.media.changeAll([...asked].reverse(), { alt: 'of both' })),
    ])
    for (const each of found)
      expect([...each].sort()).to.deep.equal(uids.map((uid) => [uid, 'changed']).sort())
    for (const uid of uids)
      expect(await find(uid)).to.deep.include({
        title: 'many',
        alt: 'of both',
        metadata: { n: 1 },
        version: 3,
      })
  })

  it('returns metadata as they were given', async () => {
    const { uid } = await addImage()
    const json = fc.dictionary(
      fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0') && text !== '__proto__'),
      fc.oneof(
        fc.constantFrom(null, true, 0, -1, 1e300, 1e-300, 5e-324, 0.1, 2 ** 53, '', '\u007f', '\ufffd', '🦊'),
        fc.array(fc.integer()),
      ),
    )
    await fc.assert(
      fc.asyncProperty(json, async (metadata) => {
        await right(subject.media.change(uid, { metadata }, null))
        expect((await find(uid)).metadata).to.deep.equal(metadata)
      }),
      { numRuns: 30 },
    )
  })
}
