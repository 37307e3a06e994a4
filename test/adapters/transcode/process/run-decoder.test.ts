import { expect } from 'chai'
import { noSandboxFiles } from '../../../../src/adapters/transcode/engine.ts'
import { runDecoder } from '../../../../src/adapters/transcode/process/run-decoder.ts'
import { left, right } from '../../../support/expect-right.ts'

const run = (script: string, onLine?: (line: string) => void, maxOutputLength?: number) => async () =>
  runDecoder(
    '/bin/sh',
    ['-c', script],
    null,
    noSandboxFiles,
    { wallSeconds: 20, ...(maxOutputLength === undefined ? {} : { maxOutputLength }) },
    onLine,
  )

describe('runDecoder', () => {
  it('passes on the lines of a program, and the start of one without end', async () => {
    const lines: string[] = []
    await right(
      run("printf 'a\\nb\\n'; head -c 3000000 /dev/zero; printf '\\nc\\n'", (line) => lines.push(line)),
    )
    expect(lines.map(({ length }) => length)).to.deep.equal([1, 1, 64 * 1024, 1])
    expect(lines.at(-1)).to.equal('c')
  })

  it('ends a program that prints more than its limit, on either of its outputs', async () => {
    for (const script of ['yes', 'yes >&2'])
      for (const onLine of [undefined, () => {}])
        expect((await left(run(script, onLine, 1_000_000))).reason, script).to.equal('output')
  })

  it('keeps of long outputs no more than their limits', async () => {
    const { stdout, stderr } = await right(run('yes | head -c 12000000; yes | head -c 12000000 >&2'))
    expect([stdout.length, stderr.length]).to.deep.equal([8 * 2 ** 20, 2 * 64 * 1024 + 3])
  })
})
