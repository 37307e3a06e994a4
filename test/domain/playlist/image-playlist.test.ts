import { expect } from 'chai'
import fc from 'fast-check'
import type { ImageExportUid } from '../../../src/domain/media/ids.ts'
import type { ImageExport } from '../../../src/domain/media/image-export.ts'
import { toImagePlaylist } from '../../../src/domain/playlist/image-playlist.ts'

const anExport = (uid: string, overrides: Partial<ImageExport> = {}): ImageExport => ({
  uid: uid as ImageExportUid,
  format: 'webp',
  width: 640,
  height: 360,
  sizeBytes: 1000,
  thumbhash: 'IggKDYAnd4h4',
  ...overrides,
})

const imageExport = fc.record({
  uid: fc.stringMatching(/^ife_[a-z]{3}$/).map((uid) => uid as ImageExportUid),
  format: fc.constantFrom('webp', 'avif', 'jpeg', 'png'),
  width: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 3 }),
  sizeBytes: fc.integer({ min: 1, max: 3 }),
  thumbhash: fc.base64String(),
})

const uids = (text: string): Readonly<Record<string, ReadonlyArray<string>>> => {
  const { items } = JSON.parse(text) as { items: Record<string, ReadonlyArray<{ uid: string }>> }
  return Object.fromEntries(Object.entries(items).map(([format, list]) => [format, list.map((i) => i.uid)]))
}

describe('an image playlist', () => {
  it('is this text (http-api.md §4.1)', () => {
    const exports = [anExport('ife_w'), anExport('ife_a', { format: 'avif', sizeBytes: 700 })]
    expect(toImagePlaylist(exports, 'https://media.example.com')).to.equal(
      '{"items":{' +
        '"avif":[{"url":"https://media.example.com/api/1/image_files/image/ife_a.avif","uid":"ife_a","format":"avif","width":640,"height":360,"size_bytes":700,"thumbhash":"IggKDYAnd4h4"}],' +
        '"webp":[{"url":"https://media.example.com/api/1/image_files/image/ife_w.webp","uid":"ife_w","format":"webp","width":640,"height":360,"size_bytes":1000,"thumbhash":"IggKDYAnd4h4"}]' +
        '}}',
    )
  })

  it('orders by size, then width, height and uid, within a format', () => {
    const exports = [
      anExport('ife_5', { sizeBytes: 1001, width: 1 }),
      anExport('ife_4', { width: 641, height: 1 }),
      anExport('ife_3', { height: 361 }),
      anExport('ife_2'),
      anExport('ife_1'),
    ]
    expect(uids(toImagePlaylist(exports, 'http://x'))).to.deep.equal({
      webp: ['ife_1', 'ife_2', 'ife_3', 'ife_4', 'ife_5'],
    })
  })

  it('does not double the slash at the end of a public URL', () => {
    expect(toImagePlaylist([anExport('ife_w')], 'http://x/')).to.include('"http://x/api/1/image_files/')
  })

  it('does not depend on the order of the exports', () => {
    const lists = fc.uniqueArray(imageExport, { selector: ({ uid }) => uid })
    fc.assert(
      fc.property(lists, (exports) => {
        expect(toImagePlaylist([...exports].reverse(), 'http://x')).to.equal(
          toImagePlaylist(exports, 'http://x'),
        )
      }),
    )
  })
})
