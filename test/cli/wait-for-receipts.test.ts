import { expect } from 'chai'
import { describeReceipts, waitForReceipts } from '../../src/cli/wait-for-receipts.ts'
import type { Purge } from '../../src/domain/freshness/purge.ts'
import type { InstanceUid, PurgeUid } from '../../src/domain/media/ids.ts'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { TE } from '../../src/fp.ts'
import type { PurgeReceipt } from '../../src/ports/instances.ts'

describe('the receipts that a command waits for', () => {
  const uid = 'pu_1' as PurgeUid
  const instance = 'ins_1' as InstanceUid
  const purgeIn = (state: PurgeReceipt['state']): Purge => ({
    uid,
    receipts: [{ instance, state, heardAt: 0 }],
  })

  const wait = async (started: Purge, answers: ReadonlyArray<Purge | 'away'>) => {
    let reads = 0
    const findPurge = () => {
      const answer = answers[Math.min(reads, answers.length - 1)] ?? 'away'
      reads += 1
      return answer === 'away' ? TE.left(unavailable('database')('away')) : TE.right(answer)
    }
    const sleep = async () => undefined
    const purge = await waitForReceipts({ freshness: { findPurge } as never, sleep }, started)
    return { reads, ...describeReceipts(purge.receipts) }
  }

  it('are read until no instance is waiting', async () => {
    expect(await wait(purgeIn('waiting'), [purgeIn('waiting'), purgeIn('done')])).to.deep.equal({
      reads: 2,
      lines: ['  ins_1  done'],
      json: [{ instance, state: 'done' }],
      code: 0,
    })
    expect(await wait(purgeIn('silent'), [])).to.deep.include({ reads: 0, code: 1 })
    expect(await wait(purgeIn('waiting'), [purgeIn('waiting')])).to.deep.include({ reads: 9, code: 1 })
  })

  it('may be unknown, which is no failure of what was done', async () => {
    expect(await wait(purgeIn('waiting'), ['away', purgeIn('done')])).to.deep.include({ reads: 2, code: 0 })
    const { lines, json, code } = await wait({ uid, receipts: null }, ['away'])
    expect({ json, code }).to.deep.equal({ json: null, code: 1 })
    expect(lines).to.deep.equal([
      '  which servers have confirmed it is not known: the database did not answer',
    ])
  })
})
