import { spawnSync } from 'node:child_process'
import { expect } from 'chai'

/** A script that emits warnings with a URL that contains a token. One of them is Node's own. */
const script = `
  const { printWarningsWithoutText } = await import('./src/cli/quiet-warnings.ts')
  if (process.env.QUIET === '1') printWarningsWithoutText((text) => process.stderr.write(text))
  const { parse } = await import('node:url')
  parse('http://a:b/?jwt=SECRET')
  process.emitWarning('https://a/~SECRET/x is bad', 'CustomWarning', 'C1')
  process.emitWarning(new Error('of an error: SECRET'))
`
const stderrOf = (quiet: string): string =>
  spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    env: { ...process.env, QUIET: quiet },
    encoding: 'utf8',
  }).stderr

describe('warnings of Node [V5]', () => {
  it('are printed with name, code and place, without their text, which may contain a URL', () => {
    expect(stderrOf('0'), 'what Node prints').to.include('SECRET')
    const printed = stderrOf('1')
    expect(printed).not.to.include('SECRET')
    expect(printed).to.include('DeprecationWarning DEP0170').and.to.include('CustomWarning C1')
    expect(printed).to.match(/^\s+at .+/m)
  })
})
