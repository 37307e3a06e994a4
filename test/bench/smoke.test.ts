import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import * as t from 'io-ts'
import { Measured } from '../../bench/load/load.ts'
import { startRaw } from '../../bench/peers/raw.ts'
import { E } from '../../src/fp.ts'
import { isInstalled } from '../support/is-installed.ts'

const Results = t.type({
  date: t.literal('2026-11-23T12:00:00.000Z'),
  smoke: t.literal(true),
  machine: t.type({ cpu: t.string, cores: t.number, node: t.literal(process.version) }),
  figures: t.array(
    t.type({
      id: t.string,
      findings: t.array(
        t.type({
          work: t.string,
          server: t.string,
          measured: Measured,
          ratios: t.array(t.type({ against: t.string, ratio: t.number })),
        }),
      ),
    }),
  ),
})

const bench = (...args: ReadonlyArray<string>) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'bench/run.ts', ...args], { timeout: 170_000 })

describe('the bench', () => {
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-bench-test-'))
  })
  after(() => rm(folder, { recursive: true }))

  it('measures a running server beside other servers, prints a table and writes the results', async () => {
    const bytes = new Uint8Array(20_000)
    const server = await startRaw([{ path: '/x', contentType: 'video/mp4', bytes }])
    const out = join(folder, 'results.json')
    const warm = ['part_memory', 'part_disk', 'image'].flatMap((name) => ['--warm', `${name}=/x`])
    try {
      const date = ['--date', '2026-11-23T12:00:00.000Z']
      const { stdout } = await bench(
        '--smoke',
        '--generator',
        'own',
        '--figure',
        'p3',
        '--out',
        out,
        ...date,
        '--server',
        server.origin,
        ...warm,
      )
      expect(stdout).to.match(/^a part in memory +larder +\d/m)
    } finally {
      await server.stop()
    }

    const results = Results.decode(JSON.parse(await readFile(out, 'utf8')))
    if (E.isLeft(results))
      throw new Error(
        `the results do not decode: ${JSON.stringify(results.left.map((e) => e.context.map((c) => c.key)))}`,
      )
    const [figure] = results.right.figures
    expect(figure?.id).to.equal('P3')
    const findings = figure?.findings.filter(({ server: name }) => name === 'larder') ?? []
    expect(findings.map(({ work }) => work)).to.deep.equal(['a part in memory', 'a part on disk', 'an image'])
    for (const { measured, ratios } of findings) {
      expect(measured.bytes).to.equal(measured.responses * bytes.length)
      expect(measured.errors).to.equal(0)
      expect(ratios.map(({ against }) => against)).to.include('raw')
    }
  })

  const whereWrkIs = isInstalled('wrk') ? it : null
  whereWrkIs?.('loads the servers by wrk where it is installed, and says so', async () => {
    const server = await startRaw([{ path: '/x', contentType: 'video/mp4', bytes: new Uint8Array(20_000) }])
    const warm = ['image_playlist', 'master'].flatMap((name) => ['--warm', `${name}=/x`])
    const out = join(folder, 'by-wrk.json')
    try {
      const { stdout } = await bench(
        '--smoke',
        '--figure',
        'p1',
        '--out',
        out,
        '--server',
        server.origin,
        ...warm,
      )
      expect(stdout).to.match(/^a master playlist, 12 viewers +larder .* wrk \d+ %/m)
    } finally {
      await server.stop()
    }
    expect(JSON.parse(await readFile(out, 'utf8'))).to.have.nested.property('settings.generator', 'wrk')
  })

  for (const [option, text] of [
    ['--rounds', 'many'],
    ['--generator', 'ab'],
  ] as const)
    it(`names the option that it cannot parse: ${option}`, async () => {
      const failure = await bench(option, text).catch((error: unknown) => error)
      expect(failure).to.have.property('code', 2)
      expect(failure).to.have.property('stderr').that.includes(`${option} ${text}`)
    })
})
