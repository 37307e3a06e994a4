import { expect } from 'chai'
import { followMediaState, type StateNews } from '../../../src/domain/jobs/follow-media-state.ts'
import type { MediaState } from '../../../src/domain/jobs/media-state.ts'
import { type DomainError, forbidden, unavailable } from '../../../src/domain/shared/errors.ts'
import { E } from '../../../src/fp.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'

const idle = { progress: null, stage: null, etaSeconds: null, reason: null }
const waiting: MediaState = { state: 'waiting', ...idle }
const making = (progress: number): MediaState => ({ ...idle, state: 'making', progress })
const ready: MediaState = { state: 'ready', ...idle }

/** Follows a file whose state is read in this order; a read takes no time, and a pause as long as it is. */
const follow = async (
  reads: ReadonlyArray<MediaState | DomainError>,
  { stopAt = Number.POSITIVE_INFINITY, first = waiting } = {},
): Promise<ReadonlyArray<readonly [number, StateNews]>> => {
  let now = 0
  let count = 0
  const deps = {
    read: async () => {
      const next = reads[Math.min(count++, reads.length - 1)] ?? waiting
      return '_tag' in next ? E.left(next) : E.right(next)
    },
    isStopping: () => now >= stopAt,
    sleep: async (milliseconds: number) => {
      now += milliseconds
    },
    monotonic: asMonotonic(() => now),
  }
  const news: [number, StateNews][] = []
  for await (const one of followMediaState(deps, first, new AbortController().signal))
    news.push([now / 1000, one])
  return news
}

describe('a viewer who follows the state of a file', () => {
  it('is sent the first state, then each new one, and nothing after the final one', async () => {
    expect(await follow([waiting, making(0.1), making(0.1), making(0.2), ready, waiting])).to.deep.equal([
      [0, waiting],
      [2, making(0.1)],
      [4, making(0.2)],
      [5, ready],
    ])
    expect(await follow([waiting], { first: ready })).to.deep.equal([[0, ready]])
  })

  it('waits while the database does not answer, and is left when they may not see the file any more', async () => {
    const cut = unavailable('database')('silent')
    expect(await follow([cut, cut, making(0.5), forbidden('expired')])).to.deep.equal([
      [0, waiting],
      [3, making(0.5)],
    ])
  })

  it('is told every 15 seconds that nothing has changed, counted from the last news', async () => {
    const reads = [...Array(9).fill(waiting), making(0.1)]
    expect(await follow(reads, { stopAt: 41_000 })).to.deep.equal([
      [0, waiting],
      [10, making(0.1)],
      [25, 'quiet'],
      [40, 'quiet'],
    ])
  })

  it('is left when the process shuts down', async () => {
    expect(await follow([waiting], { stopAt: 3000 })).to.deep.equal([[0, waiting]])
  })
})
