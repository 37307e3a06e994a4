import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { runLarder } from '../support/run-larder.ts'

describe('a command that does no work', () => {
  let folder: string
  let env: Record<string, string>
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-usage-'))
    env = { DATA_DIR: path.join(folder, 'data') }
  })
  after(() => rm(folder, { recursive: true }))

  it('exits with code 2 and prints its usage after wrong arguments', async () => {
    const misspelt = await runLarder(['list', '--stat', 'ready'], env)
    expect([misspelt.code, misspelt.out]).to.deep.equal([2, []])
    expect(misspelt.err).to.have.length(1)
    expect(misspelt.err[0]).to.match(
      /^larder: Unknown option '--stat'; the options are --kind, --state, --public, /,
    )
    for (const args of [['bake'], ['admin', 'crown', 'zoë'], ['token', '--wat']]) {
      const { code, err } = await runLarder(args, env)
      expect(code, args.join(' ')).to.equal(2)
      expect(err, args.join(' ')).to.have.length(1)
      expect(err[0]).to.match(/usage: larder admin|see: larder help/)
    }
  })

  it('explains each argument of a command, on standard output', async () => {
    const { code, out, err } = await runLarder(['token', '--help'], env)
    expect({ code, err }).to.deep.equal({ code: 0, err: [] })
    expect(out.slice(0, 2)).to.deep.equal([
      'usage: larder token UID [--ttl S] [--maxh N] [--clip A,B] | --explain JWT',
      '         [--json]',
    ])
    for (const word of ['UID', '--ttl S', '--maxh N', '--clip A,B', '--explain JWT'])
      expect(
        out.filter((line) => line.startsWith(`  ${word} `)),
        word,
      ).to.have.length(1)
    const all = await runLarder(['--help'], env)
    for (const line of all.out) expect(line.length, line).to.be.at.most(80)
    for (const name of [
      'serve',
      'worker',
      'add',
      'list',
      'show',
      'set',
      'token',
      'admin',
      'migrate',
      'check',
      'remake',
      'jobs',
      'events',
      'sweep',
      'verify',
      'doctor',
    ])
      expect(
        all.out.filter((line) => line.startsWith(`  larder ${name}`)),
        name,
      ).to.have.length(1)
  })

  it('refuses invalid settings, and names all of them', async () => {
    const { code, err } = await runLarder(['serve'], { ...env, HOST: 'a b', PORT: 'abc', LOG_LEVEL: 'loud' })
    expect(code).to.equal(1)
    expect(err.map((line) => line.split('=')[0])).to.deep.equal([
      'larder: bad setting: HOST',
      'larder: bad setting: PORT',
      'larder: bad setting: LOG_LEVEL',
    ])
  })
})
