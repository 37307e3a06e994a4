import { expect } from 'chai'
import { createFairScheduler } from '../../../../src/adapters/cache/blobs/fair-scheduler.ts'
import { countTurns } from '../../../support/turn-counter.ts'

describe('turns', () => {
  const turnsSoFar = countTurns()

  it('let so many go on in one turn of the event loop, in the order in which they came', async () => {
    const turns = createFairScheduler({ nothing: 3, something: 2 })
    const from = turnsSoFar()
    const went: Array<readonly [name: string, turn: number]> = []
    const goOn = async (name: string) => {
      await turns.next('something')
      went.push([name, turnsSoFar() - from])
    }
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(goOn))
    expect(went).to.deep.equal([
      ['a', 1],
      ['b', 1],
      ['c', 2],
      ['d', 2],
      ['e', 3],
    ])
  })

  it('put who wants to go on again behind those who wait', async () => {
    const turns = createFairScheduler({ nothing: 1, something: 1 })
    const went: string[] = []
    const goOn = async (name: string) => {
      for (let times = 0; times < 2; times++) {
        await turns.next('something')
        went.push(name)
      }
    }
    await Promise.all(['a', 'b', 'c'].map(goOn))
    expect(went).to.deep.equal(['a', 'b', 'c', 'a', 'b', 'c'])
  })

  it('are given first to those who have had nothing, whenever they come', async () => {
    const turns = createFairScheduler({ nothing: 2, something: 1 })
    const went: string[] = []
    const goOn = async (name: string, hasHad: 'nothing' | 'something') => {
      await turns.next(hasHad)
      went.push(name)
    }
    await Promise.all([
      goOn('a', 'something').then(() => Promise.all([goOn('f', 'nothing'), goOn('g', 'nothing')])),
      goOn('b', 'something'),
      goOn('c', 'nothing'),
      goOn('d', 'nothing'),
      goOn('e', 'nothing'),
    ])
    expect(went).to.deep.equal(['c', 'd', 'e', 'a', 'f', 'g', 'b'])
  })
})
