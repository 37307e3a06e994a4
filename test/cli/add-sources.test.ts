import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { addSources, shortLabel } from '../../src/cli/add-sources.ts'
import { CommandError } from '../../src/cli/command.ts'

describe('the sources of larder add', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-sources-'))
    await mkdir(path.join(folder, 'a/b'), { recursive: true })
    await mkdir(path.join(folder, '.git'))
    for (const name of ['z.jpg', 'a/2.jpg', 'a/b/1.mp4', 'a/.hidden.jpg', '.git/x'])
      await writeFile(path.join(folder, name), name)
    await symlink('/', path.join(folder, 'a/link'))
    await symlink('z.jpg', path.join(folder, 'y.jpg'))
  })
  after(() => rm(folder, { recursive: true }))

  it('are files, and all files of folders by their names, without hidden ones and links', () => {
    const paths = addSources([folder, path.join(folder, 'y.jpg'), 'missing.jpg'], null).map((source) =>
      source.kind === 'file' ? path.relative(folder, source.path) : source.kind,
    )
    expect(paths.slice(0, 4)).to.deep.equal(['a/2.jpg', 'a/b/1.mp4', 'z.jpg', 'y.jpg'])
    expect(paths).to.have.length(5)
  })

  it('have a short name for progress: that of the file, without its folders', () => {
    const sources = addSources([path.join(folder, 'z.jpg'), 'https://example.com/a.jpg?key=a', '-'], 'b.png')
    expect(sources.map(shortLabel)).to.deep.equal(['z.jpg', 'https://example.com/a.jpg', 'b.png'])
  })

  it('are URLs, also with a percent sign that encodes nothing', () => {
    expect(addSources(['https://example.com/50%.jpg?key=a'], null)).to.deep.equal([
      {
        kind: 'url',
        label: 'https://example.com/50%.jpg',
        url: 'https://example.com/50%.jpg?key=a',
        name: '50%.jpg',
      },
    ])
  })

  it('are standard input, once, with a name that is no path', () => {
    expect(addSources(['-'], null)).to.deep.equal([{ kind: 'input', label: 'standard input', name: 'input' }])
    expect(addSources(['-'], 'b.png')).to.deep.equal([{ kind: 'input', label: 'b.png', name: 'b.png' }])
    expect(addSources(['-'], 'a b.mp4')[0]).to.include({ name: 'a b.mp4' })
    for (const name of ['', '.', '..', 'a/b', 'a\\b', 'a\u0000', 'x'.repeat(256)])
      expect(() => addSources(['-'], name), name).to.throw(CommandError)
    expect(() => addSources(['-', '-'], null)).to.throw(CommandError)
    expect(() => addSources([folder], 'x.jpg')).to.throw(CommandError)
  })
})
