import { mock } from 'node:test'
import { expect } from 'chai'
import { E, type TE } from '../../../src/fp.ts'
import { startDeadline } from '../../../src/http/middleware/deadline.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'

describe('[V21] the deadline of a request', () => {
  let now = 0
  beforeEach(() => {
    now = 0
    mock.timers.enable({ apis: ['setTimeout'] })
  })
  afterEach(() => mock.timers.reset())

  const pass = async (ms: number) => {
    now += ms
    mock.timers.tick(ms)
    await new Promise(setImmediate)
  }
  /** Starts a task under the deadline, and records its results. The test decides when the task ends. */
  const start = (
    deadline = startDeadline(
      100,
      asMonotonic(() => now),
    ),
  ) => {
    let end: (answer: string) => void = () => undefined
    const late: string[] = []
    const seen: unknown[] = []
    const task: TE.TaskEither<never, string> = () =>
      new Promise((resolve) => {
        end = (answer) => resolve(E.right(answer))
      })
    const done = deadline
      .inTime(task, 'object store', (answer) => late.push(answer))()
      .then((outcome) => seen.push(E.isRight(outcome) ? outcome.right : outcome.left.dependency))
    return { deadline, end: (answer: string) => end(answer), seen, late, done }
  }

  it('fails a task that takes longer, and passes its late result to the release function', async () => {
    const { seen, late, end, done } = start()
    await pass(99)
    expect(seen).to.deep.equal([])
    await pass(1)
    expect(seen).to.deep.equal(['object store'])
    end('too late')
    await done
    await new Promise(setImmediate)
    expect(late).to.deep.equal(['too late'])
  })

  it('covers all consecutive waits together', async () => {
    const first = start()
    await pass(60)
    first.end('database')
    await first.done
    const second = start(first.deadline)
    await pass(39)
    expect(second.seen).to.deep.equal([])
    await pass(1)
    expect(second.seen).to.deep.equal(['object store'])
  })

  it('restarts whenever bytes arrive, so that a slow source does not exceed it', async () => {
    const { deadline, seen, end, done } = start()
    for (let times = 0; times < 5; times++) {
      await pass(80)
      deadline.extend()
    }
    expect(seen).to.deep.equal([])
    end('the bytes')
    await done
    expect(seen).to.deep.equal(['the bytes'])
  })

  it('expires when the bytes stop', async () => {
    const { deadline, seen } = start()
    await pass(80)
    deadline.extend()
    await pass(99)
    expect(seen).to.deep.equal([])
    await pass(1)
    expect(seen).to.deep.equal(['object store'])
  })
})
