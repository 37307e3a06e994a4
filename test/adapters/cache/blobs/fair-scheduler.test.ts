import { expect } from 'chai'
import { createFairScheduler } from '../../../../src/adapters/cache/blobs/fair-scheduler.ts'
import { countEventLoopTurns } from '../../../support/event-loop-turns.ts'

describe('the fair scheduler', () => {
  const turnsSoFar = countEventLoopTurns()

  it('admits a limited number of readers in one turn of the event loop, in their order', async () => {
    const turns = createFairScheduler({ starting: 3, started: 2 })
    const from = turnsSoFar()
    const admitted: Array<readonly [name: string, turn: number]> = []
    const proceed = async (name: string) => {
      await turns.next('started')
      admitted.push([name, turnsSoFar() - from])
    }
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(proceed))
    expect(admitted).to.deep.equal([
      ['a', 1],
      ['b', 1],
      ['c', 2],
      ['d', 2],
      ['e', 3],
    ])
  })

  it('queues a reader that continues behind those that wait', async () => {
    const turns = createFairScheduler({ starting: 1, started: 1 })
    const admitted: string[] = []
    const proceed = async (name: string) => {
      for (let count = 0; count < 2; count++) {
        await turns.next('started')
        admitted.push(name)
      }
    }
    await Promise.all(['a', 'b', 'c'].map(proceed))
    expect(admitted).to.deep.equal(['a', 'b', 'c', 'a', 'b', 'c'])
  })

  it('prefers readers that have received no bytes, whenever they arrive', async () => {
    const turns = createFairScheduler({ starting: 2, started: 1 })
    const admitted: string[] = []
    const proceed = async (name: string, reader: 'starting' | 'started') => {
      await turns.next(reader)
      admitted.push(name)
    }
    await Promise.all([
      proceed('a', 'started').then(() => Promise.all([proceed('f', 'starting'), proceed('g', 'starting')])),
      proceed('b', 'started'),
      proceed('c', 'starting'),
      proceed('d', 'starting'),
      proceed('e', 'starting'),
    ])
    expect(admitted).to.deep.equal(['c', 'd', 'e', 'a', 'f', 'g', 'b'])
  })
})
