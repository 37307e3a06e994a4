import { expect } from 'chai'
import { createMemoryRevocations } from '../../src/adapters/memory/memory-revocations.ts'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { TE } from '../../src/fp.ts'
import { createRevocationsTask } from '../../src/worker/revocations-task.ts'
import { right } from '../support/expect-right.ts'
import { createMemoryLarder, createStandingClock } from '../support/memory-larder.ts'
import { createRecordingLog } from '../support/recording-log.ts'

describe('the task that reads revocations [§9.4]', () => {
  it('reads at the same pace during an outage, which the outage log reports, and knows all after it', async () => {
    const { clock } = createStandingClock()
    const { log, entries } = createRecordingLog()
    const store = createMemoryRevocations(clock)
    let isDown = false
    const larder = await createMemoryLarder({
      clock,
      log,
      revocations: {
        ...store,
        listSince: (since) => (isDown ? TE.left(unavailable('database')('away')) : store.listSince(since)),
      },
    })
    const task = createRevocationsTask(larder)
    const run = () => right(task.run({ signal: new AbortController().signal, failed: () => undefined }))
    const isKnown = (jti: string) =>
      larder.revocationIndex.isRevoked({ sub: 'if_a', iat: 0, exp: 0, jti, restrictions: {} })

    for (const [phase, jti] of ['before', 'during', 'after'].entries()) {
      isDown = phase === 1
      await right(store.revoke({ kind: 'jti', subject: jti }))
      expect(await run()).to.deep.equal({ againInMs: 500 })
      expect(isKnown(jti), jti).to.equal(!isDown)
    }
    expect(isKnown('during')).to.equal(true)
    expect(entries.map(({ event }) => event)).to.deep.equal(['outage.started'])
  })
})
