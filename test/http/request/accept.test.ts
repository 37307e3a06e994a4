import { expect } from 'chai'
import {
  acceptedImageFormats,
  prefersProblemJson,
  unacceptedImageFormats,
} from '../../../src/http/request/accept.ts'

describe('Accept of images (http-api.md §4.4, RFC 9110 §12.5.1)', () => {
  const table: ReadonlyArray<readonly [who: string, header: string | undefined, formats: string]> = [
    ['[V32] a client without Accept', undefined, 'jpeg png webp avif svg'],
    ['[V32] a star', '*/*', 'jpeg png webp avif svg'],
    ['[V32] any image', 'image/*', 'jpeg png webp avif svg'],
    [
      '[V32] Safari 13',
      'image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5',
      'svg png jpeg webp avif',
    ],
    ['Chrome', 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'svg avif webp jpeg png'],
    ['Firefox 65 to 91, which do not support AVIF', 'image/webp,*/*', 'webp jpeg png avif svg'],
    [
      'Safari 14, which does not support AVIF',
      'image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5',
      'svg webp png jpeg avif',
    ],
    ['one format', 'image/jpeg', 'jpeg'],
    ['any letter case', 'IMAGE/JPEG', 'jpeg'],
    ['weights', 'image/webp;q=0.5, image/jpeg;q=0.9', 'jpeg webp'],
    ['the more specific range overrides', 'image/*;q=0.9, image/avif;q=0.1, */*', 'jpeg png webp svg avif'],
    ['one format excluded', 'image/*, image/svg+xml;q=0', 'jpeg png webp avif'],
    ['no image type', 'text/html', ''],
    ['empty', '', ''],
    ['a comma in a quoted parameter', 'text/html;x=",image/png,";q=1, image/webp', 'webp'],
    ['a quoted parameter without an end', 'image/webp, text/html;x="\\", image/png', 'webp'],
    ['a malformed weight', 'image/webp;q=1.5, image/png', 'png'],
  ]
  for (const [who, header, formats] of table) {
    it(`${who}: ${JSON.stringify(header)} accepts ${formats === '' ? 'none' : formats}`, () => {
      expect(acceptedImageFormats(header).join(' ')).to.equal(formats)
    })
  }
})

describe('Accept of errors (http-api.md §1.4, RFC 9457)', () => {
  const table: ReadonlyArray<readonly [header: string | undefined, problem: boolean]> = [
    [undefined, false],
    ['*/*', false],
    ['application/*', false],
    ['application/json', false],
    ['text/html', false],
    ['application/problem+json', true],
    ['Application/Problem+JSON', true],
    ['application/problem+json, */*', true],
    ['application/problem+json, application/json', false],
    ['application/problem+json, application/json;q=0.9', true],
    ['application/problem+json;q=0.5, application/json', false],
    ['application/problem+json;q=0.5, */*', false],
    ['application/problem+json;q=0', false],
    ['text/plain;x="application/problem+json"', false],
  ]
  for (const [header, problem] of table) {
    it(`${JSON.stringify(header)} ${problem ? 'prefers' : 'does not prefer'} application/problem+json`, () => {
      expect(prefersProblemJson(header)).to.equal(problem)
    })
  }
})

describe('image formats that Accept excludes (RFC 9110 §12.4.1)', () => {
  it('are all other formats, the most widely supported first', () => {
    for (const [header, formats] of [
      ['image/webp', 'jpeg png avif svg'],
      ['text/html', 'jpeg png webp avif svg'],
      ['image/avif;q=0', 'jpeg png webp avif svg'],
      [undefined, ''],
    ] as const)
      expect(unacceptedImageFormats(header).join(' ')).to.equal(formats)
  })
})
