import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { formatTokenKeys, generateSecretKey } from '../../src/adapters/jose/token-keys.ts'
import { runLarder } from '../support/run-larder.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

const isRoot = process.getuid?.() === 0
const owner = isRoot ? 4242 : (process.getuid?.() ?? 0)
const uses = ['image', 'content', 'id'] as const

/** Settings with an unreachable database and an unreachable server. */
const unreachable = { DATABASE_URL: 'postgres://127.0.0.1:1/none', PORT: '1' }

describe('larder doctor on a damaged library', () => {
  after(removeScratch)

  /** Creates a DATA_DIR of `owner` with good keys and an empty folder for a database. */
  const library = async (): Promise<string> => {
    const dataDir = path.join(await scratchFolder(), 'data')
    await chmod(path.dirname(dataDir), 0o755)
    for (const folder of ['keys', 'postgres/pg', 'objects'])
      await mkdir(path.join(dataDir, folder), { recursive: true })
    for (const use of uses)
      await writeFile(
        path.join(dataDir, 'keys', `${use}-tokens`),
        formatTokenKeys([generateSecretKey('k1')]),
        {
          mode: 0o600,
        },
      )
    for (const name of ['.', ...(await readdir(dataDir, { recursive: true }))])
      await chown(path.join(dataDir, name), owner, owner)
    return dataDir
  }

  const doctor = async (dataDir: string, env: Readonly<Record<string, string>> = unreachable) => {
    const { code, out, err } = await runLarder(['doctor', '--json'], { DATA_DIR: dataDir, ...env })
    const checks = out.map((line) => JSON.parse(line) as Record<string, string | null>)
    const of = (name: string) => checks.find((check) => check.name === name) ?? {}
    return { code, err, names: checks.map(({ name }) => name), of }
  }

  const always = ['larder', 'data folder', 'token keys', 'server']
  const services = ['database', 'object store', 'cache', 'transcoder']

  it('runs all other checks if a key file is unusable', async () => {
    for (const [spoil, fault] of [
      [
        (file: string) => writeFile(file, 'k1:HS256:c2hvcnQ'),
        /has a key k1 for HS256 of fewer than 32 bytes/,
      ],
      [(file: string) => writeFile(file, ''), /image-tokens /],
    ] as const) {
      const dataDir = await library()
      await spoil(path.join(dataDir, 'keys', 'image-tokens'))
      const { code, err, names, of } = await doctor(dataDir)
      expect({ code, err }).to.deep.equal({ code: 1, err: [] })
      expect(names).to.include.members([...always, ...services])
      expect(of('token keys').fault).to.match(fault)
      expect(of('token keys').remedy).to.match(/backup/)
      expect(of('object store').fault).to.equal(null)
    }
  })

  it('reports missing keys, and makes none', async () => {
    const none = await doctor('/nolib')
    expect({ code: none.code, err: none.err }).to.deep.equal({ code: 1, err: [] })
    expect(none.of('token keys').fault).to.equal(
      uses.map((use) => `/nolib/keys/${use}-tokens does not exist`).join(', '),
    )

    const dataDir = await library()
    const keys = path.join(dataDir, 'keys')
    const { rm } = await import('node:fs/promises')
    await rm(path.join(keys, 'content-tokens'))
    const { code, of } = await doctor(dataDir)
    expect(code).to.equal(1)
    expect(of('token keys').fault).to.equal(`${keys}/content-tokens does not exist`)
    expect(await readdir(keys)).to.have.members(['image-tokens', 'id-tokens'])
  })

  // Only root can change owners.
  if (isRoot)
    it('names files of another user at any depth, and the command that corrects the owner', async () => {
      for (const place of ['keys/image-tokens', 'postgres/pg', 'objects']) {
        const dataDir = await library()
        const file = path.join(dataDir, place)
        await chown(file, 0, 0)
        if (place !== 'objects') await chmod(file, 0o600)
        const { code, err, names, of } = await doctor(dataDir, { PORT: '1' })
        expect({ code, err }, place).to.deep.equal({ code: 1, err: [] })
        expect(names).to.include.members(always)
        expect(of('data folder').fault).to.include(`${place} in ${dataDir} does not belong to the owner`)
        expect(of('data folder').remedy)
          .to.match(/chown -R/)
          .and.include(file)
        if (place === 'keys/image-tokens') {
          expect(of('token keys').fault).to.equal(`${file} cannot be read: permission denied`)
          expect(of('token keys').remedy).not.to.include('DATA_DIR must be')
        }
        if (place === 'objects') continue
        // Other commands report the owner, too, without printing the shell command that failed.
        const { err: lines } = await runLarder(['migrate'], { DATA_DIR: dataDir })
        expect(lines, place).to.have.length(1)
        expect(lines[0], place)
          .to.include(file)
          .and.not.match(/Command failed|\/bin\/sh|flock|must be a folder/)
      }
    })
})
