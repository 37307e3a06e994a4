import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect } from 'chai'
import { createFsLocalFiles } from '../../../src/adapters/fs/fs-local-files.ts'
import { localProcessLiveness } from '../../../src/adapters/platform/process-liveness.ts'
import { TE } from '../../../src/fp.ts'
import { localFilesContract } from '../../contracts/local-files.contract.ts'
import { left, right } from '../../support/expect-right.ts'

describe('local files', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-fs-'))
    await chmod(folder, 0o755)
  })

  afterEach(() => rm(folder, { recursive: true }))

  describe('as any LocalFiles', () => {
    localFilesContract(() => createFsLocalFiles(join(folder, 'data', 'scratch'), localProcessLiveness))
  })

  it('fails with "permission denied" for a file that it may not read', async () => {
    const files = await createFsLocalFiles(join(folder, 'scratch'), localProcessLiveness)
    const path = join(folder, 'x.mp4')
    await writeFile(path, 'film', { mode: 0o000 })
    const refusal = await asUnprivileged(() => left(files.inspect(path)))
    expect(refusal.message).to.equal('it cannot be read: permission denied')
  })

  it('refuses a named pipe instead of waiting for a writer', async () => {
    const files = await createFsLocalFiles(join(folder, 'scratch'), localProcessLiveness)
    const path = join(folder, 'pipe.mp4')
    execFileSync('mkfifo', [path])
    expect((await left(files.inspect(path))).message).to.equal('it is not a plain file')
  })

  describe('scratch folders, when the adapter is made', () => {
    let holder: ChildProcess
    let heldName: string

    beforeEach(async () => {
      holder = fork(new URL('../../support/scratch-folder-holder.ts', import.meta.url), [folder])
      heldName = basename(String((await once(holder, 'message'))[0]))
    })

    afterEach(() => kill(holder))

    it('stay while their process runs', async () => {
      await createFsLocalFiles(folder, localProcessLiveness)
      expect(await readdir(folder)).to.deep.equal([heldName])
    })

    it('are removed after their process was killed', async () => {
      await kill(holder)
      await createFsLocalFiles(folder, localProcessLiveness)
      expect(await readdir(folder)).to.deep.equal([])
    })

    it('are removed after their process was killed and its pid was reused', async () => {
      const [, before = '', start, letters] = /^(.*-)(\d+)-(\w+)$/.exec(heldName) ?? []
      await mkdir(join(folder, `${before}${Number(start) - 1}-${letters}`))
      await createFsLocalFiles(folder, localProcessLiveness)
      expect(await readdir(folder)).to.deep.equal([heldName])
    })

    it('stay when they belong to this process', async () => {
      const files = await createFsLocalFiles(folder, localProcessLiveness)
      const seen = await right(
        files.withScratch((scratch) =>
          TE.fromTask(async () => {
            await createFsLocalFiles(folder, localProcessLiveness)
            return (await readdir(folder)).includes(basename(scratch))
          }),
        ),
      )
      expect(seen).to.equal(true)
    })

    it('are the only folders that are removed', async () => {
      await mkdir(join(folder, 'holiday'))
      await createFsLocalFiles(folder, localProcessLiveness)
      expect(await readdir(folder)).to.have.members([heldName, 'holiday'])
    })
  })
})

const kill = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Runs the work as another user if this process is root, because root may read every file. */
const asUnprivileged = async <A>(work: () => Promise<A>): Promise<A> => {
  if (process.geteuid?.() !== 0) return work()
  process.seteuid?.(65_534)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}
