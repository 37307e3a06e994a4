import { expect } from 'chai'
import fc from 'fast-check'
import { toFileName } from '../../../src/domain/upload/file-name.ts'

describe('the name of an uploaded file (§11.5)', () => {
  it('is the last part of what was sent, in NFC', () => {
    const names: ReadonlyArray<readonly [string | null, string]> = [
      ['a.png', 'a.png'],
      ['C:\\fakepath\\a.png', 'a.png'],
      ['../../etc/passwd', 'passwd'],
      ['folder/', 'folder'],
      ['cafe\u0301.png', 'caf\u00e9.png'],
      ['evil\u202egnp.exe', 'evilgnp.exe'],
      ['..', 'upload'],
      ['', 'upload'],
      [null, 'upload'],
    ]
    for (const [sent, stored] of names) expect(toFileName(sent)).to.equal(stored)
    expect(toFileName(`${'é'.repeat(300)}.png`)).to.match(/^é{125}\.png$/)
  })

  it('is always one that a file system and the database take', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (sent) => {
        const name = toFileName(sent)
        expect(name).to.not.match(/[\p{Cc}\p{Surrogate}/\\]/u)
        expect(Buffer.byteLength(name)).to.be.within(1, 255)
        expect(name.normalize('NFC')).to.equal(name)
        expect(toFileName(name)).to.equal(name)
      }),
    )
  })
})
