import { expect } from 'chai'
import {
  type EventLog,
  type EventSession,
  type JobStep,
  type StoredEvent,
  startOfEvents,
} from '../../src/ports/event-log.ts'
import { aNewImageFile } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'

type EventLogSubject = {
  readonly log: EventLog
  readonly append: (event: Pick<StoredEvent, 'type' | 'media' | 'data'>) => Promise<void>
  readonly announce: (step: JobStep) => Promise<void>
}

/** What every EventLog promises. */
export const eventLogContract = (make: () => Promise<EventLogSubject>): void => {
  let subject: EventLogSubject
  let session: EventSession
  let listener: { events: number; steps: JobStep[]; onNews: () => void }
  beforeEach(async () => {
    subject = await make()
    listener = { events: 0, steps: [], onNews: () => undefined }
    session = await right(
      subject.log.open({
        onEvent: () => {
          listener.events += 1
          listener.onNews()
        },
        onProgress: (step) => {
          listener.steps.push(step)
          listener.onNews()
        },
      }),
    )
  })
  afterEach(() => session.close())

  const media = aNewImageFile().uid
  const other = aNewImageFile().uid
  const append = (data: Record<string, unknown>, uid: string = media) =>
    subject.append({ type: 'media.changed', media: uid, data })

  const heard = async (isHeard: () => boolean): Promise<void> => {
    while (!isHeard())
      await new Promise<void>((resolve) => {
        listener.onNews = resolve
      })
  }

  it('reads what is new since a position, in its order, and nothing before it', async () => {
    await append({ n: 0 })
    const start = await right(session.readNew(null))
    expect([start.events, start.isGap, start.hasMore]).to.deep.equal([[], false, false])
    for (const n of [1, 2, 3]) await append({ n })
    await heard(() => listener.events >= 3)
    const { events, position, isGap } = await right(session.readNew(start.position))
    expect([events.map(({ data }) => data.n), isGap]).to.deep.equal([[1, 2, 3], false])
    expect(events[0]).to.deep.include({ type: 'media.changed', media })
    expect((await right(session.readNew(position))).events).to.deep.equal([])
    expect((await right(session.readNew(start.position))).events).to.deep.equal(events)
  })

  it('replays what came after an event, up to another, of one file or of all', async () => {
    const { position: before } = await right(session.readNew(null))
    for (const n of [1, 2, 3, 4]) await append({ n }, n % 2 === 0 ? other : media)
    const { events, position } = await right(session.readNew(before))
    const [first, , third] = events
    if (first === undefined || third === undefined) return expect.fail('there are no events')
    const replayed = async (after = first.place, until = position.last, of: string | null = null) => {
      const read = await right(session.replay(after, until, of))
      return read === 'unknown' ? read : read.map(({ data }) => data.n)
    }
    expect(await replayed()).to.deep.equal([2, 3, 4])
    expect(await replayed(first.place, third.place)).to.deep.equal([2, 3])
    expect(await replayed(before.last, position.last, other)).to.deep.equal([2, 4])
    expect(await replayed(position.last)).to.deep.equal([])
    expect(await replayed({ ...first.place, check: (first.place.check + 1) % 10_000 })).to.equal('unknown')
    expect(await replayed({ ...first.place, id: 999_999_999 })).to.equal('unknown')
    expect(await replayed({ ...first.place, id: 999_999_999_999_999 })).to.equal('unknown')
    expect(await replayed({ ...first.place, xid: '999999999' })).to.equal('unknown')
    expect(await replayed(startOfEvents)).to.include.members([1, 2, 3, 4])
  })

  it('passes on the steps of jobs, which are not stored', async () => {
    const { position } = await right(session.readNew(null))
    const step: JobStep = {
      ...{ uid: media, kind: 'image', job: 'job_1', state: 'running', progress: 0.5 },
      ...{ stage: 'encoding', speed: null, eta_seconds: 3 },
    }
    await subject.announce(step)
    await heard(() => listener.steps.length > 0)
    expect(listener.steps).to.deep.equal([step])
    expect((await right(session.readNew(position))).events).to.deep.equal([])
  })

  it('keeps the last event, whatever its age, and young ones', async () => {
    await right(session.readNew(null))
    for (const n of [1, 2]) await append({ n })
    await right(subject.log.prune(60_000))
    const { position } = await right(session.readNew(null))
    expect(await right(session.replay(startOfEvents, position.last, null))).to.have.length.above(1)
    await right(subject.log.prune(-60_000))
    const left = await right(session.replay(startOfEvents, position.last, null))
    expect(left === 'unknown' ? left : left.map(({ data }) => data.n)).to.deep.equal([2])
    expect((await right(session.readNew(position))).isGap).to.equal(false)
  })
}
