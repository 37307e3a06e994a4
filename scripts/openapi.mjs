// Writes docs/openapi.json, the document that a server shows at /openapi.json, its types in TypeScript, and the table of
// operations of the typed client. With --check, it only reports whether these files are up to date. Needs dist/.
import { readFileSync, writeFileSync } from 'node:fs'
import { createApiDocument } from '../dist/http/openapi/api-document.js'
import { createAllRoutes } from '../dist/http/routes/all-routes.js'
import { apiTypes, operationTable } from './openapi-types.mjs'

/** Dependencies of routes that are declared, and never called. */
const deps = new Proxy(
  { corsOrigins: [], limits: { eventStreams: 1 }, consoleAssets: new Map() },
  { get: (known, name) => known[name] ?? {} },
)
const handle = (outline) => ({ middleware: async () => undefined, maxBodyBytes: null, outline })
const document = createApiDocument(
  createAllRoutes(deps, { handle, refusals: {} }).flatMap((group) => group.described()),
)

const files = {
  'docs/openapi.json': `${JSON.stringify(document, null, 1)}\n`,
  'docs/openapi.d.ts': apiTypes(document),
  'clients/typescript/src/operations.ts': operationTable(document),
}

const textOf = (file) => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

if (process.argv.includes('--check')) {
  const stale = Object.entries(files).filter(([file, text]) => textOf(file) !== text)
  for (const [file] of stale) console.error(`${file} is stale: run npm run openapi`)
  if (stale.length > 0) process.exit(1)
} else {
  for (const [file, text] of Object.entries(files)) writeFileSync(file, text)
}
