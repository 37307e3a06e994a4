import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect } from 'chai'

describe('docs/tokens.md', function () {
  this.timeout(600_000)

  it('[V64] has examples that mint tokens which a server accepts', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/token-examples.mjs', '--source'])
    expect(stdout).to.match(/^tokens: minted by mint\S*\.\w+.*, and accepted by a server$/m)
  })

  it('[V64] has examples that run in every language before a change lands', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>
    }
    expect(scripts['docs:check']).to.include('node scripts/token-examples.mjs')
    expect(scripts.check).to.include('npm run docs:check')
    expect(await readFile('.ci/run', 'utf8')).to.match(/^export EVERY_LANGUAGE=1$/m)
  })
})
