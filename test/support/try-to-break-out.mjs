// Run in the sandbox: tries to reach a port of this machine, and prints what became of it and which rights it has.
import { readFileSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'

const [port] = process.argv.slice(2)
const reached = await new Promise((resolve) => {
  const socket = connect(Number(port), '127.0.0.1')
  socket.once('connect', () => resolve('connected'))
  socket.once('error', ({ code }) => resolve(code))
})
const status = readFileSync('/proc/self/status', 'utf8')
const of = (name) => new RegExp(`^${name}:\\s+(\\S+)$`, 'm').exec(status)?.[1]
console.log(
  JSON.stringify({
    reached,
    noNewPrivileges: of('NoNewPrivs'),
    rights: of('CapEff'),
    bound: of('CapBnd'),
    network: readlinkSync('/proc/self/ns/net'),
  }),
)
process.exit(0)
