import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type ExchangeRequest, exchange } from './exchange.ts'
import { isInstalled } from './is-installed.ts'

/** A reply as parsed by an HTTP client that shares no code with Larder. */
export type ClientReply = {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

type ForeignClient = {
  readonly name: string
  readonly ask: (url: string, request: ExchangeRequest) => Promise<ClientReply>
}

/** Reads a status line and header fields. */
const readHead = (head: string): Omit<ClientReply, 'body'> => {
  const lines = head.split('\r\n')
  const fields = lines.slice(1).flatMap((line) => {
    const [, name, value] = /^([\w-]+): (.*)$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value] as const]
  })
  return { status: Number(lines[0]?.slice(9, 12)), headers: new Map(fields) }
}

const curl: ForeignClient = {
  name: 'curl',
  ask: async (url, { method, headers = {} }) => {
    const fields = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`])
    const args = ['--silent', method === 'HEAD' ? '--head' : '--include', ...fields, url]
    const { stdout } = await promisify(execFile)('curl', args, {
      encoding: 'buffer',
      maxBuffer: 2 ** 26,
    })
    const end = stdout.indexOf('\r\n\r\n') + 4
    return { ...readHead(stdout.subarray(0, end).toString('latin1')), body: stdout.subarray(end) }
  },
}

const nodeHttp: ForeignClient = {
  name: 'Node',
  ask: async (url, request) => {
    const { status, headers, body } = await exchange(url, request)
    const fields = Object.entries(headers).map(([name, value]) => [name, String(value)] as const)
    return { status: status ?? 0, headers: new Map(fields), body }
  },
}

export const foreignClients: ReadonlyArray<ForeignClient> = isInstalled('curl')
  ? [curl, nodeHttp]
  : [nodeHttp]
