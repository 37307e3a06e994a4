import type { Load } from './load.ts'

/** Returns a Lua string literal. In Lua, `\ddd` is a byte in decimal digits. */
const luaText = (text: string): string => {
  const escaped = text.replace(
    /[^\x20-\x7e]|["\\]/g,
    (one) => `\\${String(one.charCodeAt(0)).padStart(3, '0')}`,
  )
  return `"${escaped}"`
}

const headersOf = ({ headers }: Load): string =>
  Object.entries(headers)
    .map(([name, value]) => `wrk.headers[${luaText(name)}] = ${luaText(value)}`)
    .join('\n')

/**
 * Returns the script for a single path. wrk formats that request once, and calls no Lua function per request.
 */
const onePath = (path: string): string => `
function init(args)
  wrk.path = ${luaText(path)}
end
`

const severalPaths = (paths: ReadonlyArray<string>): string => `
local paths = { ${paths.map(luaText).join(', ')} }
local requests = {}
local last = 0

function init(args)
  for index, path in ipairs(paths) do requests[index] = wrk.format(nil, path) end
end

function request()
  last = last % #requests + 1
  return requests[last]
end
`

const statusCheck = (status: number): string => `
other_status = 0
function response(status)
  if status ~= ${status} then other_status = other_status + 1 end
end
`

/**
 * Returns the Lua script of one run. Each wrk thread has its own Lua state, so `done` reads the counter from
 * the thread. https://github.com/wg/wrk/blob/4.1.0/SCRIPTING
 */
export const wrkScript = (load: Load, isChecked: boolean): string => {
  const { paths, status } = load
  const [path] = paths
  if (path === undefined) throw new Error('a load needs at least one path')
  return `${headersOf(load)}
${paths.length === 1 ? onePath(path) : severalPaths(paths)}
${isChecked ? statusCheck(status) : ''}
local thread
function setup(one) thread = one end

function done(summary, latency, requests)
  local errors = summary.errors
  local fields = {
    duration = summary.duration,
    requests = summary.requests,
    bytes = summary.bytes,
    broken = errors.connect + errors.read + errors.write + errors.timeout,
    otherStatus = ${isChecked ? 'thread:get("other_status")' : 'errors.status'},
    p50 = latency:percentile(50),
    p90 = latency:percentile(90),
    p99 = latency:percentile(99),
    max = latency.max,
  }
  local pairs_of = {}
  for name, value in pairs(fields) do
    pairs_of[#pairs_of + 1] = string.format('"%s":%d', name, value)
  end
  io.write("{", table.concat(pairs_of, ","), "}\\n")
end
`
}
