import { expect } from 'chai'
import type { Adapters, Larder } from '../../src/composition/larder.ts'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { refused } from '../../src/domain/shared/errors.ts'
import { E, TE } from '../../src/fp.ts'
import type { Terminal } from '../../src/terminal/terminal.ts'
import { createBackgroundTasks } from '../../src/worker/background-tasks.ts'
import { aNewContentFile, aNewFileJob, aNewImageFile } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { fakeImages } from '../support/fake-images.ts'
import { seedFilm, storeBytes } from '../support/library.ts'
import { createMemoryLarder } from '../support/memory-larder.ts'
import { createRecordingLog } from '../support/recording-log.ts'
import { createTestSleep } from '../support/test-sleep.ts'

const config = (() => {
  const loaded = loadSettings({ SAMPLE_MEDIA: '0' })
  if (E.isLeft(loaded)) throw new Error('bad settings')
  return loaded.right
})()

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

  const refusing: Adapters['transcoder']['probe'] = () => TE.left(refused('it is too odd'))

  it('[V24] does the jobs of the library, prints how they end, and continues with the others', async () => {
    const { larder, entries } = await make({ images: fakeImages })
    const { contentFiles, imageFiles, newUid } = larder
    const transcoder = { ...larder.transcoder, probe: refusing }
    const odd = await storeBytes(larder, Buffer.from('film'), 'video/mp4')
    const good = await storeBytes(larder, Buffer.from('picture'), 'image/jpeg')
    const film = aNewContentFile({ original: odd })
    const picture = aNewImageFile({ original: good })
    const job = newUid.job()
    await right(contentFiles.add(film, { uid: job, attempts: 5 }))
    await right(imageFiles.add(picture, aNewFileJob()))
    const { lines, errors, stop } = start(await createMemoryLarder({ ...larder, transcoder }))
    const ends = () => lines.filter((line) => line.startsWith('  the exports of'))
    while (ends().length < 2) await new Promise(setImmediate)
    expect(ends()).to.have.members([
      `  the exports of ${film.uid} are not tried again, unless: larder jobs retry ${job}`,
      `  the exports of ${picture.uid} are ready`,
    ])
    expect(errors).to.deep.equal([refused('it is too odd')])
    expect(entries.filter(({ event }) => event === 'jobs.failed')).to.have.length(1)
    expect(await right(contentFiles.findState(film.uid))).to.deep.include({
      value: { state: 'failed', progress: null, stage: null, etaSeconds: null, reason: 'it is too odd' },
    })
    await stop()
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
