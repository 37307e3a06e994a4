import { expect } from 'chai'
import type { Schemas } from '../../src/cli/library-access.ts'
import { describeReceipts, waitForReceipts } from '../../src/cli/wait-for-receipts.ts'

type Purge = Schemas['Purge']

describe('the receipts that a command waits for', () => {
  const uid = 'pu_1'
  const instance = 'ins_1'
  const purgeIn = (state: Schemas['Receipt']['state']): Purge => ({
    uid,
    instances: [{ instance, state, at: '1970-01-01T00:00:00.000Z' }],
  })

  const wait = async (started: Purge, answers: ReadonlyArray<Purge | 'away'>) => {
    let reads = 0
    const findReceipts = async () => {
      const answer = answers[Math.min(reads, answers.length - 1)] ?? 'away'
      reads += 1
      return answer === 'away' ? null : answer
    }
    const sleep = async () => undefined
    const purge = await waitForReceipts({ findReceipts, sleep }, started)
    return { reads, ...describeReceipts(purge.instances) }
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
    const { lines, json, code } = await wait({ uid, instances: null }, ['away'])
    expect({ json, code }).to.deep.equal({ json: null, code: 1 })
    expect(lines).to.deep.equal([
      '  which servers have confirmed it is not known: the database did not answer',
    ])
  })
})
