import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import {
  examineDataFolder,
  examineDecoders,
  examineNode,
  examineServer,
  serviceLocations,
} from '../../src/cli/doctor-findings.ts'
import { describeKeyFiles } from '../../src/cli/doctor-keys.ts'
import { findForeignFiles } from '../../src/cli/foreign-files.ts'
import { examineKeyFiles } from '../../src/composition/key-files.ts'
import { loadSettings } from '../../src/composition/load-settings.ts'
import type { Config } from '../../src/config/settings.ts'
import { right } from '../support/expect-right.ts'

const configOf = async (env: Record<string, string>): Promise<Config> => right(async () => loadSettings(env))

describe('the checks of the doctor', () => {
  let folder: string
  const self = process.getuid?.() ?? 0
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-doctor-'))
  })
  after(() => rm(folder, { recursive: true }))

  it('[V65] cover the owner of the data folder: the advice for a wrong user is to act as the owner', async () => {
    const other = self + 4711
    const { fault, remedy } = await examineDataFolder(folder, other)
    expect(fault).to.equal(
      `${folder} belongs to the user with the id ${self}, and this command runs as ${other}`,
    )
    expect(remedy).to.equal(`run it as that user: sudo -u '#${self}' env DATA_DIR=${folder} larder doctor`)
    expect(remedy).not.to.match(/DATABASE_URL|chown/)
  })

  it('[V65] cover the owners of its contents', async () => {
    const mixed = path.join(folder, 'mixed up')
    await mkdir(path.join(mixed, 'cache'), { recursive: true })
    expect(await examineDataFolder(mixed, self)).to.include({ fault: null })
    // Only root can change owners.
    if (self !== 0) return
    const { chown } = await import('node:fs/promises')
    await chown(path.join(mixed, 'cache'), 4711, 4711)
    const { fault, remedy } = await examineDataFolder(mixed, self)
    expect(fault).to.match(/^cache in .+ does not belong to the owner of the folder, the user with the id 0$/)
    expect(remedy).to.equal(`stop the server, then: sudo chown -R '--reference=${mixed}' -- '${mixed}/cache'`)
  })

  it('cover a bounded number of files, the upper levels first, and report whether these are all files', async () => {
    const deep = path.join(folder, 'deep')
    await mkdir(path.join(deep, 'a', 'b'), { recursive: true })
    await mkdir(path.join(deep, 'c'))
    expect(await findForeignFiles(deep, self, 3)).to.deep.equal({ foreign: [], isWhole: true })
    expect(await findForeignFiles(deep, self, 2)).to.deep.equal({ foreign: [], isWhole: false })
    const { foreign } = await findForeignFiles(deep, self + 1)
    expect(foreign).to.have.members(['a', 'c'])
  })

  it('[V65] cover whether the folder exists and is a folder', async () => {
    const none = path.join(folder, 'none')
    expect((await examineDataFolder(none, self)).fault).to.equal(`${none} does not exist`)
    const file = path.join(folder, 'file')
    await writeFile(file, '')
    expect((await examineDataFolder(file, self)).fault).to.equal(`${file} is not a folder`)
  })

  it('[V65] cover the version of Node', () => {
    for (const [version, isOld] of [
      ['18.20.0', true],
      ['20.18.9', true],
      ['20.19.0', false],
      ['22.0.0', false],
      ['24.21.0', false],
    ] as const)
      expect(examineNode('0.1.0', version).fault === null, version).to.equal(!isOld)
  })

  it('say that key files are missing if DATA_DIR is a file', async () => {
    const config = await configOf({})
    const { remedy } = describeKeyFiles(examineKeyFiles({ ...config, dataDir: 'package.json' }))
    expect(remedy).to.match(/^set DATA_DIR to the folder of your library/)
  })

  it('[V65] never print a key or the password of a database', async () => {
    const secret = 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0'
    const config = await configOf({
      IMAGE_TOKEN_KEYS: `k1:HS256:${secret}`,
      DATABASE_URL: 'postgres://larder:passw0rd@db.example.org:5432/larder',
    })
    const facts = JSON.stringify([describeKeyFiles(examineKeyFiles(config)), serviceLocations(config)])
    expect(facts).not.to.match(/passw0rd|c2Vj/)
    expect(facts).to.include('pictures from IMAGE_TOKEN_KEYS').and.to.include('at db.example.org:5432')
  })

  it('[V65] cover how decoders are isolated from this machine', () => {
    const machine = 'with network access, because this machine does not allow Larder to block it'
    const own = 'with access to all files and processes of this user, including the keys'
    for (const [withoutNetwork, withoutNewPrivileges, withoutLibrary, detail] of [
      [
        true,
        true,
        true,
        'run without network access, with access to the files of their job only, and without the ability to gain privileges',
      ],
      [false, true, false, `run ${machine}, ${own}, and without the ability to gain privileges`],
      [false, false, false, `run ${machine}, ${own}, and with the ability to gain privileges`],
    ] as const)
      expect(examineDecoders({ withoutNetwork, withoutNewPrivileges, withoutLibrary })).to.include({
        detail,
        fault: null,
      })
  })

  it('[V65] cover whether a server answers', async () => {
    expect((await examineServer({ host: '127.0.0.1', port: 1 })).detail).to.equal(
      'no server answers at http://127.0.0.1:1',
    )
  })
})
