import { once } from 'node:events'
import { expect } from 'chai'
import { MAX_MESSAGE_LENGTH, startMessageChild } from '../../../src/adapters/platform/start-message-child.ts'

/** Replies with its request, then with a message that is too long, and another. */
const SCRIPT = `
  const { writeSync } = require('node:fs')
  const write = (text) => {
    for (let bytes = Buffer.from(text); bytes.length > 0; ) bytes = bytes.subarray(writeSync(3, bytes))
  }
  process.stdin.once('data', (request) => {
    write(request)
    write('"' + 'x'.repeat(${MAX_MESSAGE_LENGTH}) + '"\\n"é"\\n')
    process.exit()
  })
`

describe('a child that answers with messages', () => {
  it('gets its request; a reply that is too long counts as malformed, and is not kept', async () => {
    const replies: unknown[] = []
    const command = { program: process.execPath, args: ['-e', SCRIPT], env: {} }
    const child = startMessageChild('module', { path: 'a\nb' }, command, (reply) => replies.push(reply))
    await once(child, 'close')
    expect(replies).to.deep.equal([{ path: 'a\nb' }, undefined, 'é'])
  })
})
