import { join } from 'node:path'
import { type Refused, refused, type Unavailable } from '../domain/shared/errors.ts'
import { outboundFaultOf, outboundFaultTexts } from '../domain/shared/outbound-fault.ts'
import { pipe, TE } from '../fp.ts'
import type { LocalFiles } from '../ports/local-files.ts'
import type { Outbound } from '../ports/outbound.ts'
import type { AddSource } from './add-sources.ts'

type Deps = {
  readonly files: Pick<LocalFiles, 'withScratch' | 'write'>
  readonly outbound: Outbound
  /** Limits of a download. */
  readonly seconds: number
  readonly maxBytes: number
  readonly signal: AbortSignal
}

/** Limit for a connection, and for silence of the server, in milliseconds. */
const silenceMs = 30_000
const maxRedirects = 5

const download = (
  { files, outbound, seconds, maxBytes, signal }: Deps,
  url: string,
  path: string,
): TE.TaskEither<Refused | Unavailable, void> => {
  const limits = {
    connectMs: silenceMs,
    headersMs: silenceMs,
    idleMs: silenceMs,
    totalMs: seconds * 1000,
    maxBytes,
    longerBody: 'fails',
  } as const
  return pipe(
    outbound({ url, method: 'GET', headers: {}, body: null, maxRedirects, limits, signal }),
    TE.mapLeft(({ reason }): Refused | Unavailable => refused(`the server ${outboundFaultTexts[reason]}`)),
    TE.flatMap(({ status, body, close }) => {
      if (status === 200)
        return pipe(
          files.write(path, body),
          TE.mapLeft((failure): Refused | Unavailable => {
            const fault = outboundFaultOf(failure.cause)
            return fault === null ? failure : refused(`the server ${outboundFaultTexts[fault.reason]}`)
          }),
        )
      close()
      return TE.left(refused(`the server answers with status ${status}`))
    }),
  )
}

/** Runs `work` with the path of a source. What is no file of this machine becomes one for that time. */
export const withSourcePath = <L, A>(
  deps: Deps,
  source: AddSource,
  work: (path: string) => TE.TaskEither<L, A>,
): TE.TaskEither<L | Refused | Unavailable, A> => {
  if (source.kind === 'file') return work(source.path)
  return deps.files.withScratch<L | Refused | Unavailable, A>((folder) => {
    const path = join(folder, source.name)
    const written =
      source.kind === 'url' ? download(deps, source.url, path) : deps.files.write(path, process.stdin)
    return pipe(
      written,
      TE.mapLeft((failure): L | Refused | Unavailable => failure),
      TE.flatMap((): TE.TaskEither<L | Refused | Unavailable, A> => work(path)),
    )
  })
}
