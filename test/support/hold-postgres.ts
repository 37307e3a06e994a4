import { once } from 'node:events'
import { startEmbeddedPostgres } from '../../src/adapters/postgres-embedded/embedded-postgres.ts'
import { nonDurablePostgresSettings } from './non-durable-postgres.ts'

// Runs as its own process, which uses the embedded server in the given folder. Prints the server's process
// id, and keeps the server running until its standard input ends.

const [, , dir = ''] = process.argv
const { postmasterPid, stop } = await startEmbeddedPostgres(dir, { settings: nonDurablePostgresSettings })
console.log(postmasterPid)
process.stdin.resume()
await once(process.stdin, 'end')
await stop()
