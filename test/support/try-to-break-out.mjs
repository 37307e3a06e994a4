// Runs inside and outside the sandbox: tries each way out, prints their error codes. `null`: success.
import { appendFileSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'

const { port, socket, key, pid, outside, scratch } = JSON.parse(process.argv[2])

const reach = (target) =>
  new Promise((resolve) => {
    const client = connect(target)
    client.once('connect', () => resolve(null))
    client.once('error', ({ code }) => resolve(code))
  })

const attempt = (action) => {
  try {
    action()
    return null
  } catch ({ code }) {
    return code
  }
}

const status = readFileSync('/proc/self/status', 'utf8')
const of = (name) => new RegExp(`^${name}:\\s+(\\S+)$`, 'm').exec(status)?.[1]
console.log(
  JSON.stringify({
    ways: {
      tcp: await reach({ port, host: '127.0.0.1' }),
      socket: await reach({ path: socket }),
      key: attempt(() => readFileSync(key)),
      signal: attempt(() => process.kill(pid, 0)),
      environment: attempt(() => readFileSync(`/proc/${pid}/environ`)),
      rootOfServer: attempt(() => readFileSync(`/proc/${pid}/root${key}`)),
      rootOfFirst: attempt(() => readFileSync(`/proc/1/root${key}`)),
      write: attempt(() => appendFileSync(outside, 'x')),
      newFile: attempt(() => writeFileSync(`${outside}-new`, 'x')),
    },
    scratch: attempt(() => writeFileSync(`${scratch}/made`, 'x')),
    // A setting of the whole machine: the program that the kernel runs, as root, after a crash.
    kernel: attempt(() => appendFileSync('/proc/sys/kernel/core_pattern', '')),
    noNewPrivileges: of('NoNewPrivs'),
    rights: of('CapEff'),
    network: readlinkSync('/proc/self/ns/net'),
  }),
)
process.exit(0)
