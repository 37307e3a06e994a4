import { expect } from 'chai'
import type { Adapters, Larder } from '../../src/composition/larder.ts'
import { loadSettings } from '../../src/composition/load-settings.ts'
import type {
  IngestService,
  LibraryFileId,
  MakeExportsOptions,
} from '../../src/domain/ingest/ingest-service.ts'
import type { ContentFileUid } from '../../src/domain/media/ids.ts'
import { refused, unavailable } from '../../src/domain/shared/errors.ts'
import { E } from '../../src/fp.ts'
import type { Terminal } from '../../src/terminal/terminal.ts'
import { createBackgroundTasks } from '../../src/worker/background-tasks.ts'
import { asMonotonic } from '../support/as-monotonic.ts'
import { seedFilm } from '../support/library.ts'
import { createMemoryLarder } from '../support/memory-larder.ts'
import { createRecordingLog } from '../support/recording-log.ts'
import { createTestSleep } from '../support/test-sleep.ts'

const config = (() => {
  const loaded = loadSettings({ SAMPLE_MEDIA: '0' })
  if (E.isLeft(loaded)) throw new Error('bad settings')
  return loaded.right
})()

const down = unavailable('object store')('it is down')

describe('the background work of a server', () => {
  const make = async (overrides: Partial<Adapters> = {}) => {
    const timer = createTestSleep()
    const { log, entries } = createRecordingLog()
    const larder = await createMemoryLarder({ sleep: timer.sleep, log, ...overrides })
    return { larder, timer, entries }
  }

  const start = (larder: Larder, isInteractive = false) => {
    const lines: string[] = []
    const errors: unknown[] = []
    const terminal: Terminal = {
      isInteractive,
      print: (line) => lines.push(line),
      printError: (_, error) => errors.push(error),
      showProgress: () => {},
      close: () => {},
    }
    const work = createBackgroundTasks(larder, config, () => {}, terminal)
    const ended = work.run()
    const stop = async () => {
      await work.stop(5000)
      await ended
    }
    return { lines, errors, stop }
  }

  const stateOf = ({ background }: Larder, name: string) =>
    background.statuses().find(({ task }) => task === name)

  type Make = (options: MakeExportsOptions) => ReturnType<IngestService['makeExports']>

  /**
   * Wraps an ingest service. It has these unfinished films, each with a task that replaces making its
   * exports.
   */
  const unfinished = (
    { ingest }: Larder,
    films: Readonly<Record<string, Make>>,
    isFinished = () => false,
  ): IngestService => ({
    ...ingest,
    listUnfinished: async () =>
      E.right(
        isFinished()
          ? []
          : Object.keys(films).map((uid): LibraryFileId => ({ kind: 'content', uid: uid as ContentFileUid })),
      ),
    makeExports: ({ uid }, options) => films[uid]?.(options) ?? expect.fail(`${uid} is not unfinished`),
  })

  it('[V24] treats an exception as a failure that is logged and retried, and never rejects', async () => {
    const { larder, timer, entries } = await make()
    const broken = { ...larder.ingest, oldest: () => Promise.reject(new Error('a bug')) }
    const { stop } = start({ ...larder, ingest: broken })
    await timer.next()
    await timer.next()
    expect(stateOf(larder, 'start')).to.include({ failures: 2, lastFailure: 'a bug' })
    expect(entries.map(({ event }) => event)).to.include.members([
      'background.exception',
      'background.failed',
    ])
    await stop()
  })

  it('[V24] retries a file that failed, and finishes it', async () => {
    const { larder, timer } = await make()
    let attempts = 0
    const film: Make = () => async () => {
      attempts += 1
      return attempts < 4 ? E.left(down) : E.right({ state: 'made', warnings: ['no sound'] })
    }
    const clock = { now: 0 }
    const ingest = unfinished(larder, { cf_1: film }, () => attempts >= 4)
    const { lines, errors, stop } = start({ ...larder, ingest, monotonic: asMonotonic(() => clock.now) })
    while (attempts < 4) clock.now += await timer.next()
    await timer.idle(() => lines.length > 0)
    expect(lines).to.deep.equal(['  the exports of cf_1 are ready', '  cf_1: no sound'])
    expect(errors).to.have.length(3)
    expect(stateOf(larder, 'exports')).to.include({ failures: 3, lastFailure: 'object store: it is down' })
    await stop()
  })

  it('[V24] gives up a file whose decoder fails repeatedly, and continues with the others', async () => {
    const { larder, timer, entries } = await make()
    const attempts = { bad: 0, down: 0 }
    const bad: Make = () => async () => {
      attempts.bad += 1
      return E.left(unavailable('transcoder')('ended by SIGKILL'))
    }
    const waiting: Make = () => async () => {
      attempts.down += 1
      return E.left(down)
    }
    const clock = { now: 0 }
    const ingest = unfinished(larder, { cf_bad: bad, cf_waiting: waiting })
    const { lines, stop } = start({ ...larder, ingest, monotonic: asMonotonic(() => clock.now) })
    while (attempts.down < 9) clock.now += await timer.next()
    expect(attempts.bad).to.equal(5)
    expect(lines).to.deep.equal(['  the exports of cf_bad are not tried again before the next start'])
    expect(entries.filter(({ event }) => event === 'exports.given_up')).to.have.length(1)
    await stop()
  })

  it('[V24] leaves a file to the process that is working on it, and checks again', async () => {
    const { larder, timer } = await make()
    let checks = 0
    const film: Make = () => async () => {
      checks += 1
      return E.right(checks < 3 ? { state: 'busy' } : { state: 'made elsewhere' })
    }
    const ingest = unfinished(larder, { cf_1: film })
    const { lines, stop } = start({ ...larder, ingest })
    while (checks < 3) await timer.next()
    await timer.idle(() => lines.length > 0)
    expect(lines[0]).to.equal(
      '  the exports of cf_1 exist already: another process, or an earlier attempt, made them',
    )
    await stop()
  })

  it('[V24] aborts work in progress when it stops, and does not report it', async () => {
    const { larder, entries } = await make()
    let begin = (): void => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    let isAborted = false
    const film: Make =
      ({ signal }) =>
      async () => {
        begin()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        isAborted = true
        return E.left(refused('it would blame the file'))
      }
    const ingest = unfinished(larder, { cf_1: film })
    const { lines, errors, stop } = start({ ...larder, ingest })
    await begun
    await stop()
    expect({ isAborted, lines, errors }).to.deep.equal({ isAborted: true, lines: [], errors: [] })
    expect(entries.filter(({ level }) => level !== 'info')).to.deep.equal([])
  })

  it('[V9] prints links with tokens only to a terminal; other outputs get the command that mints a token', async () => {
    const { larder } = await make()
    const { uid } = await seedFilm(larder)
    const atTerminal = start(larder, true)
    const { larder: other } = await make()
    const { uid: otherUid } = await seedFilm(other)
    const inPipe = start(other, false)
    while (atTerminal.lines.length === 0 || inPipe.lines.length === 0) await new Promise(setImmediate)
    expect(atTerminal.lines[0]).to.match(
      new RegExp(`^ {2}a film {5}http://\\S+/console/watch/${uid}\\?jwt=ey`),
    )
    expect(inPipe.lines).to.deep.equal([
      `  a film     http://127.0.0.1:8080/console/watch/${otherUid}?jwt=… (a token: larder token ${otherUid})`,
    ])
    await atTerminal.stop()
    await inPipe.stop()
  })
})
