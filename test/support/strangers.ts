import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Asked, exchange } from './exchange.ts'
import { isHere } from './is-here.ts'

/** What a client that Larder did not write makes of an answer. */
export type Heard = {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

export type Stranger = {
  readonly name: string
  readonly ask: (url: string, asked: Asked) => Promise<Heard>
}

/** A status line, then fields. */
const readHead = (head: string): Omit<Heard, 'body'> => {
  const lines = head.split('\r\n')
  const fields = lines.slice(1).flatMap((line) => {
    const [, name, value] = /^([\w-]+): (.*)$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value] as const]
  })
  return { status: Number(lines[0]?.slice(9, 12)), headers: new Map(fields) }
}

const curl: Stranger = {
  name: 'curl',
  ask: async (url, { method, headers = {} }) => {
    const fields = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`])
    const args = ['--silent', method === 'HEAD' ? '--head' : '--include', ...fields, url]
    const { stdout: out } = await promisify(execFile)('curl', args, {
      encoding: 'buffer',
      maxBuffer: 2 ** 26,
    })
    const end = out.indexOf('\r\n\r\n') + 4
    return { ...readHead(out.subarray(0, end).toString('latin1')), body: out.subarray(end) }
  },
}

const nodeHttp: Stranger = {
  name: 'Node',
  ask: async (url, asked) => {
    const { status, headers, body } = await exchange(url, asked)
    const fields = Object.entries(headers).map(([name, value]) => [name, String(value)] as const)
    return { status: status ?? 0, headers: new Map(fields), body }
  },
}

export const strangers: ReadonlyArray<Stranger> = isHere('curl') ? [curl, nodeHttp] : [nodeHttp]
