import { execFileSync } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { formatTokenKeys, generateSecretKey } from '../../src/adapters/jose/token-keys.ts'
import { larderSudoCommand, shellLine } from '../../src/cli/shell-line.ts'
import { runLarder } from '../support/run-larder.ts'

const hostile = [
  'plain',
  '/a/b.c',
  'a b',
  "it's",
  '#4242',
  '$HOME',
  '`id`',
  '"',
  '',
  '*',
  '-x',
  'ü',
  'a\nb',
  '~',
  '!',
]

describe('a command line for the user to type [V3]', () => {
  it('has every word quoted for the shell', () => {
    const line = shellLine(['printf', '%s\\0', ...hostile])
    const read = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' })
    expect(read.split('\0').slice(0, -1)).to.deep.equal(hostile)
  })

  it('is the original command with all its arguments', () => {
    expect(larderSudoCommand(4242, '/my data', ['add', '--json', 'a b.png'])).to.equal(
      "sudo -u '#4242' env 'DATA_DIR=/my data' larder add --json 'a b.png'",
    )
  })
})

const ownUid = process.getuid?.()

// Only root can create a folder of another user.
if (ownUid === 0)
  describe('a command on the DATA_DIR of another user [V3]', function () {
    this.timeout(300_000)
    const owner = 4242
    const asOther = ['setpriv', '--reuid=4343', '--regid=4343', '--clear-groups']
    let folder: string
    let env: Record<string, string>
    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'larder-owner-'))
      await chmod(folder, 0o755)
      env = { DATA_DIR: path.join(folder, 'my data') }
      await mkdir(path.join(folder, 'my data'), { mode: 0o700 })
      await chown(path.join(folder, 'my data'), owner, owner)
    })
    after(() => rm(folder, { recursive: true }))

    it('runs if it needs no library: check of a URL, a token with keys from settings, help, the version', async () => {
      const keys = formatTokenKeys([generateSecretKey('k1')])
      const set = { IMAGE_TOKEN_KEYS: keys, CONTENT_TOKEN_KEYS: keys, ID_TOKEN_SECRET: keys }
      for (const [words, first] of [
        [['check', 'http://127.0.0.1:1/a.m3u8'], /^larder: the server of the playlist cannot/],
        [['token', '--explain', 'x.y.z'], /^bad signature/],
        [['help', 'check'], /^usage: larder check/],
        [['--version'], /^\d+\.\d+/],
      ] as const) {
        const { out, err } = await runLarder(words, { ...env, ...set }, 'source', asOther)
        expect([...out, ...err][0], words.join(' ')).to.match(first)
        expect([...out, ...err].join('\n'), words.join(' ')).not.to.include('belongs to uid')
      }
    })

    it('prints the whole command to type as the owner if it needs the library', async () => {
      for (const words of [
        ['check', 'cf_0123456789abcdefghijkl', '--json'],
        ['token', '--explain', 'x.y.z'],
        ['add', '--public', 'my picture.png'],
      ]) {
        const { code, err } = await runLarder(words, env, 'source', asOther)
        expect({ code, err }).to.deep.equal({
          code: 1,
          err: [
            `larder: DATA_DIR ${env.DATA_DIR} belongs to uid ${owner}, but this process has uid 4343: ` +
              `type ${larderSudoCommand(owner, env.DATA_DIR ?? '', words)}`,
          ],
        })
      }
    })

    it("has the owner's groups in /etc/group if root acts as the owner", async () => {
      const [passwd, group] = [path.join(folder, 'passwd'), path.join(folder, 'group')]
      await writeFile(passwd, `${await readFile('/etc/passwd', 'utf8')}pantry:x:${owner}:4244::/:/bin/sh\n`)
      await writeFile(group, `${await readFile('/etc/group', 'utf8')}pantry:x:4244:\nmedia:x:4245:pantry\n`)
      const act = path.resolve('src/adapters/platform/act-as-owner.ts')
      const script = `
        const { actAsOwner } = await import(${JSON.stringify(act)})
        actAsOwner(${JSON.stringify(env.DATA_DIR)}, String)
        process.stdout.write(JSON.stringify([process.getuid(), process.getgid(), process.getgroups()]))`
      const run = (wrap: ReadonlyArray<string>): unknown => {
        const words = [...wrap, process.execPath, '--import', 'tsx', '--input-type=module', '-e', script]
        return JSON.parse(execFileSync(words[0] ?? '', words.slice(1), { encoding: 'utf8' }))
      }
      const named = `mount --bind ${passwd} /etc/passwd && mount --bind ${group} /etc/group && exec "$@"`
      expect(run(['unshare', '--mount', 'sh', '-c', named, 'sh'])).to.deep.equal([owner, 4244, [4244, 4245]])
      // A user without a name has only its own group, and none of the groups of root.
      expect(run([])).to.deep.equal([owner, owner, [owner]])
    })
  })
