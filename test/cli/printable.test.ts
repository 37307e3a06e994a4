import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { CommandError, createCommandPrinter } from '../../src/cli/command.ts'
import { escapeUnprintable, escapeUnprintableJson } from '../../src/domain/shared/printable.ts'
import { createProgressBar } from '../../src/terminal/progress-bar.ts'
import { runLarder } from '../support/run-larder.ts'

const hostile = '…\u001b]0;PWN\u0007\u001b[31mx\nlarder: fake\u009b\u202e\u2028\u007f\ud800.png'
const forbidden = /[\p{Cc}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\p{Surrogate}]/u

describe('untrusted text for a terminal', () => {
  it('is printed with its control characters escaped', () => {
    expect(escapeUnprintable(hostile)).to.equal(
      '…\\x1b]0;PWN\\x07\\x1b[31mx\\x0alarder: fake\\x9b\\u202e\\u2028\\x7f\\ud800.png',
    )
    expect(escapeUnprintable('Ünï côdé 日本 👩‍🚀.png')).to.equal('Ünï côdé 日本 👩‍🚀.png')
  })

  it('never has a control character, and stays the same when parsed as JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeUnprintable(text)).not.to.match(forbidden)
        const json = escapeUnprintableJson(JSON.stringify({ text }))
        expect(json).not.to.match(forbidden)
        expect(JSON.parse(json)).to.deep.equal({ text })
      }),
    )
  })

  it('is escaped in each output: lines, JSON, messages and the progress bar', () => {
    const written: string[] = []
    const write = (line: string): void => {
      written.push(line)
    }
    for (const isJson of [false, true]) {
      const out = createCommandPrinter(write, isJson)
      out.report({ lines: [hostile], json: { file: hostile } })
      out.print(hostile)
    }
    const drawn = (text: string | Uint8Array): boolean => {
      write(String(text))
      return true
    }
    const bar = createProgressBar({ isTTY: true, columns: 200, write: drawn })
    bar.show(hostile, 0.5)
    expect(written).to.have.length(5)
    for (const line of written) expect(line.replace('\r\u001b[K', '')).not.to.match(forbidden)
    expect(new CommandError(hostile).lines, 'one line').to.deep.equal([hostile])
  })

  it('is escaped in the output of a real process on standard error', async () => {
    const { err, code } = await runLarder([hostile.replace('\ud800', '')], {})
    expect(code).to.equal(2)
    expect(err).to.have.length(1)
    expect(err[0]).to.contain('\\x1b]0;PWN').and.not.to.match(forbidden)
  })

  it('has no other output: no other code writes to standard output or standard error', async () => {
    const files = (await readdir('src', { recursive: true })).filter((name) => name.endsWith('.ts'))
    const writing: string[] = []
    for (const name of files) {
      const text = await readFile(join('src', name), 'utf8')
      if (/process\.std(?:out|err)\.write|(?<!\/\/.*)\bconsole\.(?:log|error|warn)\(/.test(text))
        writing.push(name)
    }
    // All errors go through print-error.ts; main.ts passes standard output to createCommandPrinter. What a child
    // process writes is read by its parent: answer-parent.ts runs in the child.
    expect(writing.sort()).to.deep.equal([
      'adapters/platform/answer-parent.ts',
      'main.ts',
      'terminal/print-error.ts',
    ])
  })
})
