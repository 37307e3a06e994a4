// Prints docs/cache-keys.md from the registry; with --check, only says whether it is still true.
import { readFileSync, writeFileSync } from 'node:fs'
import { cacheKeys } from '../dist/ports/cache-keys.js'

const file = 'docs/cache-keys.md'

const life = (ttlSeconds) =>
  ttlSeconds === null ? 'cannot change; only eviction ends it' : `${ttlSeconds} s at most`

const rows = Object.values(cacheKeys)
  .toSorted((a, b) => a.template.localeCompare(b.template))
  .map(
    ({ template, about, form, ttlSeconds }) =>
      `| \`${template}\` | ${about} | ${form} | ${life(ttlSeconds)} |`,
  )

const text = `# Cache keys

Everything that Larder keeps in its cache. Printed from \`src/ports/cache-keys.ts\` by \`npm run docs:keys\`; do not edit.

Values are JSON in node-persist below \`CACHE_DIR\`. A value that no longer fits its form is a miss.

| key | what it holds | value | life |
|---|---|---|---|
${rows.join('\n')}
`

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error(`${file} is stale: run npm run docs:keys`)
    process.exit(1)
  }
} else {
  writeFileSync(file, text)
}
