import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'

const sources = ['src', 'test', 'bench'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.types)\.ts$/.test(name))
    .map((name) => ({ path: join(folder, name), text: readFileSync(join(folder, name), 'utf8') })),
)

describe('an export', () => {
  it('is imported by another file', () => {
    const imported = new Set<string>()
    for (const { path, text } of sources)
      for (const [, names = '*', from = ''] of text.matchAll(
        /(?:(?:\{([^{}]*)\}|\* as \w+)\s+from |import\()'(\.[^']+)'/g,
      ))
        for (const name of names.split(','))
          imported.add(`${join(dirname(path), from)} ${name.trim().replace(/^type | as .*/g, '')}`)
    const unused = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/^export (?:async )?(?:const|function\*?|class|type|interface) (\w+)/gm)]
        .map(([, name]) => `${path} ${name}`)
        .filter((value) => !imported.has(value) && !imported.has(`${path} *`)),
    )
    expect(unused).to.deep.equal([])
  })
})
