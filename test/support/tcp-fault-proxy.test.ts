import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { expect } from 'chai'
import { startTcpFaultProxy, type TcpFaultProxy } from './tcp-fault-proxy.ts'

/** Waits for 'close' without `events.once`, which would reject at an error before 'close'. */
const closed = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once('close', resolve))

describe('TCP fault proxy', () => {
  let echo: Server
  let received: string
  let proxy: TcpFaultProxy
  let sockets: Socket[]

  beforeEach(async () => {
    received = ''
    sockets = []
    echo = createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        received += chunk
        socket.write(chunk)
      })
    }).listen(0, '127.0.0.1')
    await once(echo, 'listening')
    proxy = await startTcpFaultProxy(`http://127.0.0.1:${(echo.address() as AddressInfo).port}`)
  })

  afterEach(async () => {
    await proxy.close()
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => echo.close(resolve))
  })

  const open = async () => {
    const socket = connect(proxy.port, '127.0.0.1')
    const got = { text: '', error: '' }
    socket.on('data', (chunk) => {
      got.text += chunk
    })
    socket.on('error', (error) => {
      got.error = (error as NodeJS.ErrnoException).code ?? ''
    })
    await once(socket, 'connect')
    return { socket, got }
  }

  const sendAndWait = async (socket: Socket, text: string) => {
    socket.write(text)
    await once(socket, 'data')
  }

  it('forwards bytes in both directions, and the end', async () => {
    const { socket, got } = await open()
    await sendAndWait(socket, 'larder')
    expect([got.text, received]).to.deep.equal(['larder', 'larder'])
    socket.end()
    await once(socket, 'close')
    await proxy.until(() => proxy.connections() === 0)
  })

  it('drops bytes silently, and serves new connections afterwards', async () => {
    const { socket, got } = await open()
    await sendAndWait(socket, 'a')
    proxy.set({ kind: 'silent' })
    socket.write('b')
    const { socket: born } = await open()
    born.write('c')
    const { socket: idle, got: gotIdle } = await open()
    proxy.set({ kind: 'pass' })
    const { socket: fresh } = await open()
    await sendAndWait(fresh, 'd')
    socket.write('e')
    await sendAndWait(idle, 'f') // The idle connection lost no byte.
    expect(gotIdle.text).to.equal('f')
    expect([got.text, got.error]).to.deep.equal(['a', ''])
    expect(received).to.not.include('b')
    expect(received).to.not.include('e')
    for (const each of [socket, born, idle, fresh]) each.destroy()
  })

  it('resets open and new connections', async () => {
    const { socket, got } = await open()
    await sendAndWait(socket, 'a')
    proxy.set({ kind: 'reset' })
    await closed(socket)
    expect(got.error).to.equal('ECONNRESET')
    const next = connect(proxy.port, '127.0.0.1').on('error', () => undefined)
    await closed(next)
  })

  for (const how of ['reset', 'silent'] as const) {
    it(`forwards a text to the server, and hides the reply from the client (${how})`, async () => {
      const { socket, got } = await open()
      await sendAndWait(socket, 'BEGIN')
      const answered = proxy.loseAnswerTo('COMMIT', how)
      socket.write('COMMIT')
      await answered
      if (how === 'reset') await closed(socket)
      expect([received, got.text]).to.deep.equal(['BEGINCOMMIT', 'BEGIN'])
      expect(got.error).to.equal(how === 'reset' ? 'ECONNRESET' : '')
      socket.destroy()
    })
  }

  it('resets, or flips a bit, after a number of bytes', async () => {
    const { socket, got } = await open()
    proxy.fail({ kind: 'flips', after: 2 }, { kind: 'resets', after: 1 })
    await sendAndWait(socket, 'aaaa')
    expect(got.text).to.equal('aa`a')
    socket.write('bbb')
    await closed(socket)
    expect([got.text.slice(0, 4), proxy.pending()]).to.deep.equal(['aa`a', 0])
  })

  it('limits the rate of bytes', async () => {
    const { socket, got } = await open()
    proxy.set({ kind: 'slow', bytesPerSecond: 200 })
    socket.write('0123456789abcdefghij')
    await once(socket, 'data')
    expect(got.text.length).to.be.lessThan(20)
    while (got.text.length < 20) await once(socket, 'data')
    socket.destroy()
  })
})
