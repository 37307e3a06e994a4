import { expect } from 'chai'
import fc from 'fast-check'
import { attachmentOf } from '../../../src/http/bytes/content-disposition.ts'

describe('Content-Disposition', () => {
  it('names a file in ASCII, and any other file in the extended form, too (RFC 6266, RFC 8187)', () => {
    expect(attachmentOf('talk 1.mp4')).to.equal('attachment; filename="talk 1.mp4"')
    expect(attachmentOf('Grüße.mp4')).to.equal(
      `attachment; filename="Gr__e.mp4"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.mp4`,
    )
    expect(attachmentOf(`it's (1)*.jpg`)).to.equal(`attachment; filename="it's (1)*.jpg"`)
    expect(attachmentOf(`100% "é".jpg`)).to.equal(
      `attachment; filename="100_ ___.jpg"; filename*=UTF-8''100%25%20%22%C3%A9%22.jpg`,
    )
  })

  it('contains nothing that names a folder, hides the file, or shows another name', () => {
    expect(attachmentOf('../../etc/passwd')).to.equal('attachment; filename="__.._etc_passwd"')
    expect(attachmentOf('C:\\x')).to.equal('attachment; filename="C:_x"')
    expect(attachmentOf('a\r\nSet-Cookie: x\0')).to.equal('attachment; filename="a__Set-Cookie: x_"')
    expect(attachmentOf('gpj.\u202eexe')).to.equal('attachment; filename="gpj._exe"')
    expect(attachmentOf('.htaccess')).to.equal('attachment; filename="_htaccess"')
    expect(attachmentOf('  ')).to.equal('attachment; filename="original"')
    expect(attachmentOf('')).to.equal('attachment; filename="original"')
    expect(attachmentOf('\ud800.mp4')).to.equal('attachment; filename="_.mp4"')
    expect(attachmentOf(`${'é'.repeat(300)}.mp4`)).to.match(/filename="_{125}\.mp4"/)
  })

  it('is one header of printable ASCII for any name, whose extended form is the name that is kept', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const header = attachmentOf(name)
        expect(header).to.match(
          /^attachment; filename="[^"\\]*"(?:; filename\*=UTF-8''(?:[\w!#$&+.^`|~-]|%[0-9A-F]{2})+)?$/,
        )
        expect(header).to.match(/^[\x20-\x7e]*$/)
        const [, extended] = /filename\*=UTF-8''(.*)$/.exec(header) ?? []
        if (extended === undefined) return
        const kept = decodeURIComponent(extended)
        expect(Buffer.byteLength(kept)).to.be.at.most(255)
        expect(kept).not.to.match(/[\p{Cc}/\\\u202e]/u)
      }),
    )
  })
})
