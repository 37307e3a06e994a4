import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { createFsRevocationFile } from '../../../src/adapters/fs/fs-revocation-file.ts'
import { createMemoryRevocationFile } from '../../../src/adapters/memory/memory-revocation-file.ts'
import { revocationFileContract } from '../../contracts/revocation-file.contract.ts'
import { left, right } from '../../support/expect-right.ts'

describe('the copy of the revocations in memory', () => {
  revocationFileContract(async () => {
    const file = createMemoryRevocationFile()
    return () => file
  })
})

describe('the copy of the revocations on disk', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-revocations-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const revocation = (subject: string) => ({ kind: 'jti', subject, notBefore: 7 }) as const

  revocationFileContract(async () => () => createFsRevocationFile(path.join(folder, 'revocations')))

  it('keeps what follows a piece that a killed process wrote only in part', async () => {
    const file = createFsRevocationFile(path.join(folder, 'copy'))
    await right(file.add([revocation('a')]))
    await appendFile(path.join(folder, 'copy'), '\n{"kind":"jti","sub')
    await right(file.add([revocation('b')]))
    expect(await right(file.read)).to.deep.equal({
      revocations: [revocation('a'), revocation('b')],
      damaged: 1,
    })
  })

  it('reports entries that are not revocations, and keeps the others', async () => {
    const file = createFsRevocationFile(path.join(folder, 'copy'))
    const lines = ['null', '{}', '{"kind":"aud","subject":"a","notBefore":1}', '\u0000\u0000', 'x']
    await writeFile(path.join(folder, 'copy'), lines.join('\n'))
    await right(file.add([revocation('a')]))
    expect(await right(file.read)).to.deep.equal({ revocations: [revocation('a')], damaged: 5 })
  })

  it('is readable by its owner alone, leaves no drafts, and fails where it cannot be opened', async () => {
    const file = createFsRevocationFile(path.join(folder, 'copy'))
    await right(file.add([revocation('a')]))
    await right(file.replace([revocation('a')]))
    expect(await readdir(folder)).to.deep.equal(['copy'])
    expect((await stat(path.join(folder, 'copy'))).mode & 0o077).to.equal(0)
    expect(await readFile(path.join(folder, 'copy'), 'utf8')).to.include('"subject":"a"')
    expect(await left(createFsRevocationFile(folder).read)).to.include({ _tag: 'Unavailable' })
    expect(await left(createFsRevocationFile(folder).add([revocation('a')]))).to.include({
      _tag: 'Unavailable',
    })
  })
})
