import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect } from 'chai'
import { createFsLocalFiles } from '../../../src/adapters/fs/fs-local-files.ts'
import { isLeftover } from '../../../src/adapters/platform/leftovers.ts'
import {
  currentProcessIdentity,
  isProcessIdentity,
  processIdentityOf,
  processStateOf,
} from '../../../src/adapters/platform/process-identity.ts'
import {
  createProcessLiveness,
  localProcessLiveness,
} from '../../../src/adapters/platform/process-liveness.ts'
import { inOtherPidNamespace } from '../../support/other-pid-namespace.ts'
import { pollUntilTrue } from '../../support/processes.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

const [boot = '', namespace = '', pid = '', start = ''] = currentProcessIdentity.split('-')
const aDayAndMore = new Date(Date.now() - 25 * 60 * 60 * 1000)

describe('[V26] the identity of a process', () => {
  it('is well formed, and finds this process alive', () => {
    expect(isProcessIdentity(currentProcessIdentity)).to.equal(true)
    expect(processIdentityOf(process.pid)).to.equal(currentProcessIdentity)
    expect(processStateOf(currentProcessIdentity)).to.equal('alive')
  })

  it('returns alive for a running process, and gone for a process that has exited', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
    const identity = processIdentityOf(child.pid ?? 0) ?? ''
    expect(processStateOf(identity)).to.equal('alive')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(processStateOf(identity)).to.equal('gone')
  })

  it('returns gone if a later process has the same pid', () => {
    expect(processStateOf(`${boot}-${namespace}-${pid}-${Number(start) + 1}`)).to.equal('gone')
  })

  it('returns unknown, never gone, for another pid namespace, another boot, and malformed text', () => {
    expect(processStateOf(`${boot}-${Number(namespace) + 1}-999999999-1`)).to.equal('unknown')
    expect(processStateOf(`0123456789ab-${namespace}-999999999-1`)).to.equal('unknown')
    for (const text of ['', '-', '1-2', `${process.pid}`, '../../../etc/passwd'])
      expect(processStateOf(text), text).to.equal('unknown')
  })
})

describe('[V26] the files of a running process in a shared folder', () => {
  after(removeScratch)
  let holder: ChildProcess
  let folder: string
  let heldName: string

  const openHere = () => createFsLocalFiles(folder, createProcessLiveness(join(folder, 'processes')))
  const foldersHere = async () => (await readdir(folder)).filter((name) => name !== 'processes')

  beforeEach(async () => {
    folder = await scratchFolder()
    const [execPath = '', ...words] = [...inOtherPidNamespace, process.execPath, '--import', 'tsx']
    holder = fork(
      new URL('../../support/scratch-folder-holder.ts', import.meta.url),
      [folder, join(folder, 'processes')],
      {
        execPath,
        execArgv: words,
      },
    )
    heldName = basename(String((await once(holder, 'message'))[0]))
  })
  afterEach(() => killHolder())

  /** Waits for the exit, because the kernel kills the process in the namespace a moment after its creator. */
  const killHolder = async (): Promise<void> => {
    if (holder.exitCode !== null || holder.signalCode !== null) return
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    const { stateOf } = createProcessLiveness(join(folder, 'processes'))
    await pollUntilTrue(async () => stateOf(heldName.slice(0, -'-letter'.length)) !== 'alive')
  }

  it('stay while a process in another pid namespace runs, and are removed after it was killed', async () => {
    await openHere()
    expect(await foldersHere()).to.deep.equal([heldName])
    await killHolder()
    await openHere()
    expect(await foldersHere()).to.deep.equal([])
  })

  it('stay without a beacon of their process, until nothing has been written for a day', async () => {
    await killHolder()
    await createFsLocalFiles(folder, localProcessLiveness)
    expect(await foldersHere()).to.deep.equal([heldName])

    const film = join(folder, heldName, 'film.mp4')
    await writeFile(film, '')
    await utimes(join(folder, heldName), aDayAndMore, aDayAndMore)
    await createFsLocalFiles(folder, localProcessLiveness)
    expect(await foldersHere()).to.deep.equal([heldName])
    await utimes(film, aDayAndMore, aDayAndMore)
    await createFsLocalFiles(folder, localProcessLiveness)
    expect(await foldersHere()).to.deep.equal([])
  })

  it('have no beacon after their process has ended normally', async () => {
    const liveness = createProcessLiveness(join(folder, 'own'))
    const [first, second] = [(await liveness.announce()).release, (await liveness.announce()).release]
    first()
    first() // Releasing twice counts once.
    await liveness.close()
    expect(await readdir(join(folder, 'own'))).to.deep.equal([currentProcessIdentity])
    second()
    await liveness.close()
    expect(await readdir(join(folder, 'own'))).to.deep.equal([])
  })

  it('keep their beacon for a day after their process was killed', async () => {
    await killHolder()
    const beacons = join(folder, 'processes')
    const [dead = ''] = await readdir(beacons)
    const { release } = await createProcessLiveness(beacons).announce()
    expect(await readdir(beacons)).to.have.members([dead, currentProcessIdentity])
    await utimes(join(beacons, dead), aDayAndMore, aDayAndMore)
    const another = createProcessLiveness(beacons)
    await another.announce()
    expect(await readdir(beacons)).to.deep.equal([currentProcessIdentity])
    release()
  })

  it('[S10] keep their beacon while their process runs, even if another machine cleans up', async () => {
    const beacons = join(folder, 'own')
    const liveness = createProcessLiveness(beacons, 5)
    const { release } = await liveness.announce()
    const path = join(beacons, currentProcessIdentity)
    await utimes(path, aDayAndMore, aDayAndMore)
    await pollUntilTrue(async () => Date.now() - (await stat(path)).mtimeMs < 60_000)
    release()
    await liveness.close()
  })

  it('stay if no beacon can be created', async () => {
    await writeFile(join(folder, 'file'), '')
    const liveness = createProcessLiveness(join(folder, 'file', 'processes'))
    const { release } = await liveness.announce()
    release()
    await liveness.close()
    expect(liveness.stateOf(heldName)).to.equal('unknown')
    await mkdir(join(folder, 'work'))
    expect(await isLeftover(join(folder, 'work'), heldName, liveness.stateOf)).to.equal(false)
  })
})
