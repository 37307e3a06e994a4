import { expect } from 'chai'
import fc from 'fast-check'
import type { Restrictions } from '../../../src/domain/access/restrictions.ts'
import {
  isParsedVariant,
  type ParsedMasterPlaylist,
  parseMasterPlaylist,
} from '../../../src/domain/hls/filter-master.ts'
import { toMasterPlaylist } from '../../../src/domain/hls/master-playlist.ts'
import { restrictMasterPlaylist } from '../../../src/domain/hls/restrict-master.ts'
import { checkMasterPlaylist } from '../../../src/domain/hls-check/check-master-playlist.ts'
import { O } from '../../../src/fp.ts'
import { contentFile } from '../../support/vod-arbitraries.ts'

const textOf = (master: ParsedMasterPlaylist): string =>
  master.map((piece) => (isParsedVariant(piece) ? piece.text : piece)).join('')

const restrictedMaster = contentFile().chain((file) =>
  fc.record({
    file: fc.constant(file),
    master: fc.constant(parseMasterPlaylist(O.getOrElse(() => '')(toMasterPlaylist(file)))),
    restrictions: fc.record(
      {
        maxh: fc.constantFrom(200, 360, 480, 720, 1080, 1280),
        exports: fc.subarray(file.exports.map(({ uid }) => String(uid))),
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<Restrictions>,
  }),
)

describe('a master playlist for an attenuated token (http-api.md §2.4)', () => {
  it('names only exports that the token permits', () => {
    fc.assert(
      fc.property(restrictedMaster, ({ file, master, restrictions: { maxh = Infinity, exports } }) => {
        const restricted = restrictMasterPlaylist(master, {
          maxh,
          ...(exports === undefined ? {} : { exports }),
        })
        for (const [, uid] of restricted === null
          ? []
          : textOf(restricted).matchAll(/exports\/([^.]*)\.m3u8/g)) {
          const named = file.exports.find((listed) => listed.uid === uid)
          expect(named?.video?.height ?? 0).to.be.at.most(maxh)
          if (exports !== undefined) expect(exports).to.include(uid)
        }
      }),
    )
  })

  it('breaks no rule that the whole playlist obeys', () => {
    fc.assert(
      fc.property(restrictedMaster, ({ master, restrictions }) => {
        const restricted = restrictMasterPlaylist(master, restrictions)
        if (restricted === null) return
        const rules = (text: string) =>
          checkMasterPlaylist(text).filter(({ severity }) => severity === 'fault')
        if (rules(textOf(master)).length === 0) expect(rules(textOf(restricted))).to.deep.equal([])
      }),
    )
  })

  it('is unchanged when restricted again, and complete without restrictions', () => {
    fc.assert(
      fc.property(restrictedMaster, ({ master, restrictions }) => {
        const restricted = restrictMasterPlaylist(master, restrictions)
        if (restricted !== null)
          expect(restrictMasterPlaylist(restricted, restrictions)).to.deep.equal(restricted)
        expect(textOf(restrictMasterPlaylist(master, {}) ?? [])).to.equal(textOf(master))
      }),
    )
  })
})
