import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'

import { createClient, startUpload, waitForUpload } from '#larder-client'
import { right } from '../support/expect-right.ts'
import { createMemoryLarder, listen } from '../support/memory-larder.ts'
import { startTcpFaultProxy } from '../support/tcp-fault-proxy.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const timers = { now: () => Date.now(), sleep: turn }

describe('the wait for an upload', () => {
  it('by ticket tells each state once, though each reply has a new token', async () => {
    const replies = [['received'], ['in_library', 'one'], ['in_library', 'two'], ['ready', 'three']]
    const states: string[] = []
    const stub = createServer((_request, response) => {
      const [state, jwt] = replies.shift() ?? []
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ state, jwt }))
    }).listen(0, '127.0.0.1')
    await once(stub, 'listening')
    const { port } = stub.address() as AddressInfo
    const holder = createClient({ baseUrl: `http://127.0.0.1:${port}`, token: 'ticket' })
    const onState = ({ state }: { state: string }) => states.push(state)
    const { jwt } = await waitForUpload(holder, { upload: 'up_1', until: 'ready', onState, timers })
    stub.close()
    expect([states, jwt]).to.deep.equal([['received', 'in_library', 'ready'], 'three'])
  })

  it('asks soon for a small file, and once a second for a long film', async () => {
    let left = 6
    const stub = createServer((_request, response) => {
      left -= 1
      const state = left > 0 ? 'received' : 'in_library'
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ state }))
    }).listen(0, '127.0.0.1')
    await once(stub, 'listening')
    const { port } = stub.address() as AddressInfo
    const admin = createClient({ baseUrl: `http://127.0.0.1:${port}`, token: 'token' })
    const waits: number[] = []
    const sleep = async (milliseconds: number) => void waits.push(milliseconds)
    await waitForUpload(admin, { upload: 'up_1', until: 'in_library', timers: { ...timers, sleep } })
    stub.close()
    expect(waits).to.deep.equal([100, 200, 400, 800, 1000])
  })

  it('goes on while the server is away, and not for ever', async () => {
    const larder = await createMemoryLarder({ clock: () => Date.now() })
    const server = await listen(larder)
    const proxy = await startTcpFaultProxy(server.base)
    await right(larder.admins.setAdmin('ann', true))
    const token = await right(larder.admins.mintIdToken('ann'))
    const client = createClient({ baseUrl: proxy.endpoint, token, timers })
    const { received } = startUpload(client, { source: await readFile('docs/watch.png') })
    const upload = await received
    let waits = 0
    /** The server comes back after so many waits. */
    const backAfter = (most: number) => ({
      ...timers,
      sleep: async () => {
        waits += 1
        if (waits === most) proxy.set({ kind: 'pass' })
        return turn()
      },
    })
    proxy.set({ kind: 'reset' })
    const state = await waitForUpload(client, { upload, until: 'in_library', timers: backAfter(8) })
    expect(state).to.include({ state: 'in_library' })
    expect(waits).to.be.at.least(8)

    waits = 0
    proxy.set({ kind: 'reset' })
    const failure = await waitForUpload(client, {
      upload,
      until: 'in_library',
      timers: backAfter(100),
    }).catch((error: unknown) => error)
    await proxy.close()
    await server.close()
    expect(failure).to.include({ type: 'unreachable' })
    expect(waits).to.equal(9)
  })
})
