import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect } from 'chai'
import { createOpenStreams, type OpenStreams } from '../../../src/domain/shared/open-streams.ts'
import { breakOnTakedown } from '../../../src/http/response/break-on-takedown.ts'

describe('the break of a connection on a takedown', () => {
  it('keeps nothing of a reply whose client has left before the body is opened', async () => {
    const openStreams = createOpenStreams()
    let open = 0
    const counted: OpenStreams = {
      ...openStreams,
      open: (...stream) => {
        const close = openStreams.open(...stream)
        open += 1
        return () => {
          open -= 1
          close()
        }
      },
    }
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
      const [, res] = (await once(server, 'request')) as [unknown, ServerResponse]
      const left = once(res, 'close')
      socket.destroy()
      await left
      expect(breakOnTakedown(counted, { file: 'a', since: openStreams.moment() }, res)).to.equal(false)
      expect(open).to.equal(0)
    } finally {
      server.close()
    }
  })
})
