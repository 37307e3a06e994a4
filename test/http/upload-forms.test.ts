import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { malformedBody } from '../../src/http/request/request-faults.ts'
import { readUploadForm } from '../../src/http/request/upload-form.ts'
import { left, right } from '../support/expect-right.ts'

const headers = { 'content-type': 'multipart/form-data; boundary=b' }
const start = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
const end = '\r\n--b--\r\n'
const most = 1024 * 1024

/** Yields a text, and then `count` pieces of 64 KiB as a network does, and then another text. Counts the pieces that are read. */
const bodyOf = (before: string, count: number, after: string) => {
  let read = 0
  const body = (async function* () {
    yield Buffer.from(before)
    for (; read < count; read += 1) {
      await nextTurn()
      yield Buffer.alloc(65_536, ' ')
    }
    yield Buffer.from(after)
  })()
  return { body, read: () => read }
}

const lengthOf = async (file: AsyncIterable<Uint8Array>): Promise<number> => {
  let length = 0
  for await (const bytes of file) length += bytes.length
  return length
}

describe('the form around an uploaded file (§11.1)', () => {
  it('is not read for ever before the file', async () => {
    const { body, read } = bodyOf('', 2000, '')
    expect(await left(() => readUploadForm(headers, body))).to.equal(malformedBody)
    expect(read() * 65_536).to.be.at.most(most + 65_536)
  })

  it('is not read for ever after the file', async () => {
    const { body, read } = bodyOf(`${start}abc${end}`, 2000, '')
    const form = await right(() => readUploadForm(headers, body))
    expect(await lengthOf(form.file)).to.equal(3)
    expect(await left(form.end)).to.equal(malformedBody)
    expect(read() * 65_536).to.be.at.most(most + 65_536)
  })

  it('does not limit the file', async () => {
    const { body } = bodyOf(start, 64, end)
    const form = await right(() => readUploadForm(headers, body))
    expect(await lengthOf(form.file)).to.equal(64 * 65_536)
    await right(form.end)
  })
})
