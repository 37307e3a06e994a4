// Writes docs/cache-keys.md from the registry of cache keys. With --check, it only reports whether the file
// is up to date.
import { readFileSync, writeFileSync } from 'node:fs'
import { negativeTtlSeconds } from '../dist/ports/cache.js'
import { cacheKeys } from '../dist/ports/cache-keys.js'

const file = 'docs/cache-keys.md'

const life = ({ ttlSeconds, isNegative }) => {
  if (ttlSeconds === null) return 'never changes; ends by eviction'
  const atMost = `${ttlSeconds} s at most`
  return isNegative ? `${atMost}; negative entries ${negativeTtlSeconds} s at most, in memory only` : atMost
}

const rows = Object.values(cacheKeys)
  .toSorted((a, b) => a.template.localeCompare(b.template))
  .map((family) => `| \`${family.template}\` | ${family.about} | ${family.form} | ${life(family)} |`)

const text = `# Cache keys

Everything that Larder stores in its cache. Generated from \`src/ports/cache-keys.ts\` by \`npm run docs:keys\`; do not edit.

Values are JSON in node-persist below \`CACHE_DIR\`. A value that no longer decodes is a miss.

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
