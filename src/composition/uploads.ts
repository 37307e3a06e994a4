import { createTusServer } from '../adapters/tus/tus-server.ts'
import type { Config } from '../config/settings.ts'
import { apiPath } from '../domain/access/public-urls.ts'
import { describeFailure } from '../domain/background/describe-failure.ts'
import type { IngestService } from '../domain/ingest/ingest-service.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import { identifyStore } from '../domain/sweep/store-identity.ts'
import { createFetchService, type FetchService } from '../domain/upload/fetch-service.ts'
import { createTicketService, type TicketService } from '../domain/upload/ticket-service.ts'
import { createUploadIntake, type UploadIntake } from '../domain/upload/upload-intake.ts'
import { createUploadService, type UploadService } from '../domain/upload/upload-service.ts'
import { sweepUploads, type UploadSweepReport } from '../domain/upload/upload-sweep.ts'
import { rightsOfAdmin } from '../domain/upload/uploader-rights.ts'
import { createWatchRight } from '../domain/upload/watch-right.ts'
import { pipe, TE } from '../fp.ts'
import type { TusProtocol } from '../ports/tus-protocol.ts'
import type { Adapters } from './larder.ts'

/** What receives uploads, and what goes on with those that have no client any more. */
export type UploadServices = {
  readonly uploadService: UploadService
  readonly uploadIntake: UploadIntake
  readonly ticketService: TicketService
  readonly fetchService: FetchService
  readonly sweepUploads: (signal: AbortSignal) => TE.TaskEither<Unavailable, UploadSweepReport>
}

export type UploadSettings = Pick<Config, 'uploadMaxBytes' | 'fetchSeconds' | 'publicUrl'>

/** So much of the disk stays free of uploads: databases and caches need it, too. */
const reserveBytes = 1024 ** 3

/** Creates the services of uploads. */
export const createUploadServices = (
  adapters: Adapters,
  ingest: IngestService,
  { uploadMaxBytes, fetchSeconds, publicUrl }: UploadSettings,
): UploadServices => {
  const { uploads, incoming, imageFiles, contentFiles, locks, files, sleep, monotonic, clock, newUid, log } =
    adapters
  const { tickets, ticketSecrets, users, revocations, fetches, outbound, mayUsePort } = adapters
  const { store, storedFiles } = adapters
  const common = { uploads, incoming, ingest, locks, files, newUid, clock, reserveBytes }
  const uploadIntake = createUploadIntake(common, (upload, error) => {
    log.warn('uploads.not_stored', { upload, cause: describeFailure(error) })
  })
  const watchRight = createWatchRight({ users, revocations })
  const withIntake = { ...common, watchRight, intake: uploadIntake }
  const hasStore = pipe(
    () => identifyStore({ store, storedFiles }),
    TE.map(({ result }) => result === 'ours'),
  )
  const onUnreadable = (upload: string, error: Unavailable): void => {
    log.warn('uploads.unreadable', { upload, cause: describeFailure(error) })
  }
  const uploadService = createUploadService({
    ...withIntake,
    imageFiles,
    contentFiles,
    sleep,
    monotonic,
    maxBytes: uploadMaxBytes,
  })
  return {
    uploadIntake,
    uploadService,
    ticketService: createTicketService({ tickets, ticketSecrets, users, revocations, newUid, publicUrl }),
    fetchService: createFetchService({
      ...withIntake,
      fetches,
      outbound,
      mayUsePort,
      uploadService,
      sleep,
      fetchSeconds,
      rightsOf: (admin) => rightsOfAdmin(admin, uploadMaxBytes),
    }),
    sweepUploads: (signal) => sweepUploads({ ...withIntake, fetches, hasStore, onUnreadable }, signal),
  }
}

/** The address of an upload. It has no host, so it is right behind any proxy. */
const locationOf = (uid: string): string => `${apiPath}/uploads/tus/${uid}`

export const createTusProtocol = (): TusProtocol => createTusServer(locationOf)
