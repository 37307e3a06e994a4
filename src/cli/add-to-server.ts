import { closeSync, createReadStream, openSync, type ReadStream, readSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Client, RunningUpload, UploadState } from '#larder-client'
import { noMediaReason } from '../domain/ingest/unreadable-reason.ts'
import { unsupportedImageReason } from '../domain/ingest/unsupported-image-reason.ts'
import { printError } from '../terminal/print-error.ts'
import { createProgressBar } from '../terminal/progress-bar.ts'
import { type AddSource, kindWords, shortLabel, stoppedCode } from './add-sources.ts'
import { type CommandContext, CommandError } from './command.ts'
import { explainStop, type SentBytes } from './explain-stop.ts'
import { explainReply, loadClient } from './remote-library.ts'
import { isTokenInInput, readServerToken, type ServerOption, type TokenPlaces } from './server-option.ts'
import { createUploadStorage } from './upload-storage.ts'

type AddChoice = {
  readonly isPublic: boolean
  readonly title?: string
  /** If `true`, the exports are made later. */
  readonly isOnlyQueued: boolean
  readonly signal: AbortSignal
}

type Out = Pick<CommandContext, 'isJson' | 'report'>

type ClientModule = Awaited<ReturnType<typeof loadClient>>

const fractionOf = ({ sent, total }: SentBytes): number => (total === null || total === 0 ? 0 : sent / total)

/** Returns the file that remembers the URLs of uploads; `null` if the process has no home. */
const storageFile = ({ env }: TokenPlaces): string | null =>
  (env.HOME ?? '') === '' ? null : join(env.HOME ?? '', '.larder-uploads.json')

/** Number of first bytes that tell what a file is. */
const headBytes = 4096

const headOf = (path: string): Uint8Array => {
  try {
    const file = openSync(path, 'r')
    try {
      const head = Buffer.alloc(headBytes)
      return head.subarray(0, readSync(file, head, 0, headBytes, 0))
    } finally {
      closeSync(file)
    }
  } catch {
    throw new CommandError('it may not be read')
  }
}

/**
 * Opens a file that is there. A stream would report its fault to nothing. A file that is no media would become one of
 * the server that has failed, because only its decoders find out.
 */
const openFile = (path: string): ReadStream => {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new CommandError('there is no such file')
  if (!found.isFile()) throw new CommandError('it is not a plain file')
  if (found.size === 0) throw new CommandError('the file is empty')
  const head = headOf(path)
  const reason = unsupportedImageReason(head) ?? noMediaReason(head)
  if (reason !== null) throw new CommandError(`skipped: ${reason}`)
  return createReadStream(path)
}

/** Begins to bring a source to the server. Returns the uid of the upload when the server has all of it. */
const send = async (
  { startUpload }: ClientModule,
  client: Client,
  source: AddSource,
  choice: AddChoice,
  places: TokenPlaces,
  onProgress: (sent: number, total: number | null) => void,
): Promise<string> => {
  const { isPublic, title, signal } = choice
  const described = { public: isPublic, ...(title !== undefined && { title }) }
  if (source.kind === 'url') {
    const { data } = await client.fetchFile({ body: { url: source.url, ...described }, signal })
    return data.upload
  }
  const remembered = storageFile(places)
  const running: RunningUpload = startUpload(client, {
    source: source.kind === 'file' ? openFile(source.path) : places.stdin,
    fileName: source.kind === 'file' ? basename(source.path) : source.name,
    ...described,
    signal,
    onProgress,
    ...(remembered !== null && { storage: createUploadStorage(remembered) }),
  })
  return running.received
}

/** Adds sources to the library of a server, one at a time. Returns the exit code. */
export const addToServer = async (
  server: ServerOption,
  sources: ReadonlyArray<AddSource>,
  choice: AddChoice,
  { isJson, report }: Out,
  places: TokenPlaces = { env: process.env, stdin: process.stdin },
): Promise<number> => {
  if (isTokenInInput(server, places) && sources.some(({ kind }) => kind === 'input'))
    throw new CommandError(
      server.tokenFile === null
        ? 'standard input is the file here, so the token needs LARDER_TOKEN, or --token-file FILE'
        : '--token-file - and the file - are both standard input: set LARDER_TOKEN, or use --token-file FILE',
      2,
    )
  const token = await readServerToken(server, places)
  const module = await loadClient()
  const client = module.createClient({ baseUrl: server.url, token })
  const bar = createProgressBar(process.stderr)
  let exitCode = 0

  let progress: SentBytes = { sent: 0, total: null, isReceived: false }
  const add = async (source: AddSource): Promise<UploadState> => {
    progress = { sent: 0, total: null, isReceived: false }
    const upload = await send(module, client, source, choice, places, (sent, total) => {
      progress = { sent, total, isReceived: false }
      bar.show(`${shortLabel(source)}: sent`, fractionOf(progress))
    })
    progress = { ...progress, isReceived: true }
    return module.waitForUpload(client, {
      upload,
      until: choice.isOnlyQueued ? 'in_library' : 'ready',
      signal: choice.signal,
      onState: ({ progress: made }) => bar.show(shortLabel(source), made ?? 0),
    })
  }

  for (const source of sources) {
    const { label } = source
    try {
      const { uid, kind, state } = await add(source)
      bar.clear()
      if (uid === null || kind === null) throw new CommandError('the server names no file')
      const isQueued = state !== 'ready'
      const link = async () => {
        const { data } = await client.mintToken({ body: { uid } })
        return `  ${client.baseUrl}/console/watch/${uid}?jwt=${data.jwt}`
      }
      report({
        lines: isJson
          ? []
          : [`${label}  ${kindWords[kind]}  ${uid}${isQueued ? '  queued' : ''}`, await link()],
        json: { kind, uid, file: label, state: isQueued ? 'queued' : 'ready', warnings: [] },
      })
    } catch (failure) {
      bar.clear()
      if (choice.signal.aborted) {
        printError(`${label}: ${explainStop(source, progress, storageFile(places) !== null)}`)
        return stoppedCode
      }
      if (!(failure instanceof module.LarderError || failure instanceof CommandError)) throw failure
      const error = failure instanceof CommandError ? failure.message : explainReply(failure, client.baseUrl)
      printError(`${label}: ${error}`)
      report({ lines: [], json: { file: label, error } })
      exitCode = 1
    }
  }
  return exitCode
}
