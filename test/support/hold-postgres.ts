import { once } from 'node:events'
import { startEmbeddedPostgres } from '../../src/adapters/postgres-embedded/embedded-postgres.ts'
import { forgetful } from './forgetful.ts'

// A process that needs the embedded server below the folder it is given: says the server's process id, then
// holds it until its input ends.

const [, , dir = ''] = process.argv
const { postmasterPid, stop } = await startEmbeddedPostgres(dir, { settings: forgetful })
console.log(postmasterPid)
process.stdin.resume()
await once(process.stdin, 'end')
await stop()
