import { expect } from 'chai'
import * as t from 'io-ts'
import { refine } from '../../../src/domain/shared/refine.ts'
import { snakeCased } from '../../../src/domain/shared/snake-cased.ts'
import { E } from '../../../src/fp.ts'
import { closedObject } from '../../../src/http/request/closed-object.ts'
import { toUnprocessable } from '../../../src/http/request/decode-faults.ts'

const CaptionText = refine('CaptionText', (u): u is string => u === 'a', 'should be "a"')
const Caption = snakeCased(
  t.strict({
    contentFileUid: t.string,
    captionText: CaptionText,
    maxSize: t.union([t.number, t.null]),
    textKind: t.keyof({ subtitles: null, captions: null }),
    fontNames: t.readonlyArray(t.string),
    textBox: t.union([snakeCased(t.strict({ leftPixels: t.number })), t.literal('none')]),
  }),
)
const caption = {
  content_file_uid: '',
  caption_text: 'a',
  max_size: 1,
  text_kind: 'captions',
  font_names: [],
  text_box: 'none',
}

const faultsOf = (changes: Readonly<Record<string, unknown>>): ReadonlyArray<string> => {
  const decoded = Caption.decode({ ...caption, ...changes })
  if (E.isRight(decoded)) return []
  return toUnprocessable('body', decoded.left).detail.map(
    ({ loc, msg, type }) => `${loc.join('.')}: ${msg} (${type})`,
  )
}

describe('the faults of a body', () => {
  it('name the members that the client sends, also where codecs rename them', () => {
    expect(faultsOf({})).to.deep.equal([])
    expect(faultsOf({ content_file_uid: 1, caption_text: 'b' })).to.deep.equal([
      'body.content_file_uid: should be a text (string)',
      'body.caption_text: should be "a" (caption_text)',
    ])
    expect(faultsOf({ content_file_uid: undefined })).to.deep.equal([
      'body.content_file_uid: should be a text (string)',
    ])
    expect(faultsOf({ text_box: { left_pixels: '1' } })).to.deep.equal([
      'body.text_box.left_pixels: should be a number (number)',
    ])
  })

  it('are one for each place, whatever alternatives the codec has', () => {
    expect(faultsOf({ max_size: 'big' })).to.deep.equal([
      'body.max_size: should be null or a number (number_or_null)',
    ])
    expect(faultsOf({ text_kind: 'x' })).to.deep.equal([
      'body.text_kind: should be "subtitles" or "captions" (enum)',
    ])
    expect(faultsOf({ text_box: 1 })).to.deep.equal([
      'body.text_box: should be an object or "none" (object_or_enum)',
    ])
    expect(faultsOf({ font_names: ['a', 1] })).to.deep.equal(['body.font_names.1: should be a text (string)'])
    const both = t.intersection([t.strict({ a: t.number }), t.partial({ b: t.number })]).decode(5)
    expect(E.isLeft(both) && toUnprocessable('body', both.left).detail).to.deep.equal([
      { loc: ['body'], msg: 'should be an object', type: 'object' },
    ])
  })

  it('are those of the alternative that has the members of the value', () => {
    const Change = t.union([
      closedObject(t.strict({ uids: t.readonlyArray(t.string), patch: t.strict({ title: t.string }) })),
      closedObject(t.strict({ uids: t.readonlyArray(t.string), delete: t.literal(true) })),
    ])
    const detailOf = (body: unknown) => {
      const decoded = t.type({ a: t.readonlyArray(Change) }).decode({ a: [{ uids: [], delete: true }, body] })
      return E.isLeft(decoded)
        ? toUnprocessable('body', decoded.left).detail.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`)
        : []
    }
    expect(detailOf({ uids: [], delete: true })).to.deep.equal([])
    expect(detailOf({ uids: [], delete: 1 })).to.deep.equal(['body.a.1.delete: should be true'])
    expect(detailOf({ uids: [], patch: {} })).to.deep.equal(['body.a.1.patch.title: should be a text'])
    expect(detailOf({ uids: [] })).to.deep.equal([
      'body.a.1: should have the members uids and patch, or uids and delete',
    ])
    expect(detailOf({ uids: [], patch: { title: 'a' }, delete: true })).to.deep.equal([
      'body.a.1: should have the members uids and patch, or uids and delete',
    ])
    const many = { uids: Array(200).fill(1), delete: true }
    expect(detailOf(many)).to.have.length(100)
    expect(detailOf(5)).to.deep.equal(['body.a.1: should be an object'])
  })

  it('are the first hundred, so that a long body gets no long reply', () => {
    const faults = faultsOf({ font_names: Array(20_000).fill(1) })
    expect([faults.length, faults.at(-1)]).to.deep.equal([
      100,
      'body.font_names.99: should be a text (string)',
    ])
  })

  it('show the values that a codec accepts after a round trip', () => {
    const decoded = Caption.decode(caption)
    expect(E.isRight(decoded) && Caption.encode(decoded.right)).to.deep.equal(caption)
  })
})
