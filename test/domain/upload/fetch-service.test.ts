import { expect } from 'chai'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { outboundFault } from '../../../src/domain/shared/outbound-fault.ts'
import { E, O, TE } from '../../../src/fp.ts'
import type { FetchRepository } from '../../../src/ports/fetch-repository.ts'
import { right } from '../../support/expect-right.ts'
import { createMemoryLarder } from '../../support/memory-larder.ts'
import { createTemporaryIncoming } from '../../support/temporary-incoming.ts'

/** Aborts `stop` when the fetches are listed for the `looks`-th time. */
const stoppedAfter = (fetches: FetchRepository, looks: number, stop: AbortController): FetchRepository => {
  let count = 0
  return {
    ...fetches,
    list: (...given) => {
      count += 1
      if (count === looks) stop.abort()
      return fetches.list(...given)
    },
  }
}

describe('fetching from URLs', () => {
  const folder = createTemporaryIncoming()

  it('goes on with the next fetch after an outage, while another one runs', async () => {
    const inner = await createMemoryLarder(await folder.adapters())
    const stop = new AbortController()
    let lists = 0
    let started = 0
    const fetches: FetchRepository = {
      ...inner.fetches,
      list: (...given) => {
        lists += 1
        return lists === 2 ? TE.left(unavailable('database')('it is away')) : inner.fetches.list(...given)
      },
    }
    const larder = await createMemoryLarder({
      ...inner,
      fetches,
      sleep: () => new Promise((resolve) => setImmediate(resolve)),
      outbound:
        ({ signal }) =>
        () =>
          new Promise((resolve) => {
            started += 1
            if (started === 2) stop.abort()
            signal.addEventListener('abort', () => resolve(E.left(outboundFault('stopped'))), { once: true })
            if (signal.aborted) resolve(E.left(outboundFault('stopped')))
          }),
    })
    const request = (url: string) =>
      right(
        larder.fetchService.request('ann', {
          url,
          details: { title: null, alt: null, isPublic: false, metadata: {} },
        }),
      )
    await request('https://example.com/a.jpg')
    const running = larder.fetchService.run(stop.signal, () => undefined)()
    while (lists < 2) await new Promise((resolve) => setImmediate(resolve))
    await request('https://example.com/b.jpg')
    expect(E.isRight(await running)).to.equal(true)
    expect(started).to.equal(2)
  })

  it('fetches in a second process of the folder what waits behind the fetches of the first', async () => {
    const inner = await createMemoryLarder(await folder.adapters())
    const stop = new AbortController()
    const urls = new Set<string>()
    const fetches = stoppedAfter(inner.fetches, 40, stop)
    const createProcess = () =>
      createMemoryLarder({
        ...inner,
        fetches,
        sleep: () => new Promise((resolve) => setImmediate(resolve)),
        outbound:
          ({ url, signal }) =>
          () =>
            new Promise((resolve) => {
              urls.add(String(url))
              if (urls.size === 8) stop.abort()
              const end = () => resolve(E.left(outboundFault('stopped')))
              signal.addEventListener('abort', end, { once: true })
              if (signal.aborted) end()
            }),
      })
    const [one, other] = [await createProcess(), await createProcess()]
    const details = { title: null, alt: null, isPublic: false, metadata: {} }
    for (let number = 0; number < 9; number += 1)
      await right(one.fetchService.request('ann', { url: `https://example.com/${number}.jpg`, details }))
    await Promise.all([one, other].map((each) => each.fetchService.run(stop.signal, () => undefined)()))
    expect(urls.size).to.equal(8)
  })

  it('fetches with its last free slot what waits behind the fetches of another process', async () => {
    const inner = await createMemoryLarder(await folder.adapters())
    const stop = new AbortController()
    const details = { title: null, alt: null, isPublic: false, metadata: {} }
    const taken = new Set<string>()
    const started = new Set<string>()
    const fetches = stoppedAfter(inner.fetches, 20, stop)
    const larder = await createMemoryLarder({
      ...inner,
      fetches,
      locks: {
        ...inner.locks,
        tryWith: (name, work) => (taken.has(name) ? TE.right(O.none) : inner.locks.tryWith(name, work)),
      },
      sleep: () => new Promise((resolve) => setImmediate(resolve)),
      outbound:
        ({ url, signal }) =>
        () =>
          new Promise((resolve) => {
            started.add(new URL(String(url)).pathname)
            signal.addEventListener('abort', () => resolve(E.left(outboundFault('stopped'))), { once: true })
            if (signal.aborted) resolve(E.left(outboundFault('stopped')))
          }),
    })
    for (const name of ['1', '2', '3', 'elsewhere', 'last']) {
      const url = `https://example.com/${name}`
      const { upload } = await right(larder.fetchService.request('ann', { url, details }))
      if (name === 'elsewhere') taken.add(`upload:${upload}`)
    }
    await right(larder.fetchService.run(stop.signal, () => undefined))
    expect([...started]).to.deep.equal(['/1', '/2', '/3', '/last'])
  })
})
