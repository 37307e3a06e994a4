import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'

/**
 * Files in which a Map, a Set of texts or an LRU of another kind outlives a call, and what limits its size. A
 * map whose keys clients choose can fill the memory if its size has no limit, or only a limit of entries
 * (V4): it must be a bounded cache.
 */
const bounds: Readonly<Record<string, string>> = {
  'src/adapters/transcode/joined/ogg-serials.ts': 'a maximum of streams of one file, while it is read',
  'src/http/request/decode-faults.ts': '100 faults of one request, while its reply is made',
  'src/http/request/union-faults.ts':
    'values of one request, which has a maximum size, while its reply is made',
  'src/http/request/upload-details.ts': 'words for yes and no, which are fixed',
  'src/http/request/expected-value.ts': 'alternatives of a codec, which are fixed',
  'src/bounded-cache.ts': 'the one helper: bytes of keys and values',
  // Clients choose the keys, but an entry exists only while a request waits: the requests in flight limit the
  // size.
  'src/domain/caching/single-flight.ts': 'work under way',
  'src/adapters/cache/blobs/running-fills.ts': 'fills under way',
  'src/adapters/cache/disk/disk-blob-storage.ts': 'reads of records under way',
  'src/adapters/cache/disk/keyed-mutex.ts': 'work under way',
  'src/adapters/cache/disk/shared-files.ts': 'open files that are being read',
  'src/http/playlists/memo.ts': 'lists in the making',
  'src/adapters/cache/disk/verified-chunks.ts': 'chunks of a blob that are being verified',
  'src/adapters/knex/create-knex.ts': 'connections of the pool, and who waits for one',
  'src/adapters/s3/s3-calls.ts': 'requests in progress',
  'src/server/http-server.ts': 'connections, which have a limit',
  'src/http/recent-paths.ts': 'hashes of paths in two halves of a fixed size: no text of a client',
  'src/domain/sweep/compare-store.ts': 'objects of one listing, 500 at a time',
  'src/domain/sweep/remake-missing.ts': 'files with missing objects, as many as one sweep reports',
  'src/adapters/transcode/rate-histogram.ts': 'rates in steps of 0.05 % of one film, while it is read',
  'src/adapters/transcode/packet-spans.ts': 'the selected streams of one file, while it is read',
  'src/adapters/transcode/ogg-chain.ts': '100 sample rates of one file, while it is read',
  'src/domain/upload/ticket-requests.ts': 'requests under way',
  'src/http/request/ticket-body.ts': 'a list of one request, while it is checked',
  // Larder chooses these keys.
  'src/adapters/knex/postgres-work-locks.ts': 'files whose exports this process is making',
  'src/adapters/sandbox/sandbox.ts': 'programs that are run, which are fixed',
  'src/domain/background/background-work.ts': 'tasks that run',
  'src/adapters/fs/running-hash.ts':
    'questions to the thread of hashes, three at most for each upload that arrives',
  'src/adapters/fs/fs-local-instances.ts': 'instances of this process, which is one',
  'src/adapters/knex/knex-upload-repository.ts': 'states of the files of one folder, during one sweep',
  'src/domain/upload/upload-sweep.ts': 'files of one folder, during one sweep',
  'src/domain/upload/upload-intake.ts': 'uploads whose originals are being stored',
  'src/domain/access/revocation-index.ts': 'revocations of 400 days, which admins make',
  'src/domain/upload/fetch-service.ts': 'fetches under way, which are four',
  'src/domain/jobs/job-runner.ts': 'jobs under way, at most JOBS',
  'src/domain/webhooks/webhook-sender.ts': 'tries under way, a few for each webhook',
  'src/worker/background-tasks.ts': 'names of the samples, which are two',
  'src/domain/health/outage-log.ts': 'dependencies, which are fixed',
  'src/http/response/asset-reply.ts': 'codings of a file of the console',
  'src/adapters/cache/blobs/read-cache.ts': 'an LRU of four pieces of one fill, by number',
  'src/adapters/cache/tiers/cache-meter.ts': 'tiers and templates of keys, which are fixed',
  'src/domain/caching/memoize.ts': 'characters of lists that Larder has written',
  'src/domain/events/event-hub.ts': 'clients with open streams, which have a limit (SSE_MAX)',
  'src/domain/events/progress-limit.ts': 'jobs that had a step within the last seconds',
  'src/http/response/stream-counts.ts': 'tokens with open streams, which have a limit (SSE_MAX)',
  'src/http/route-handler.ts': 'parameters of a route, which are fixed',
  'src/http/router.ts': 'routes that read a body, which are fixed',
  'src/http/openapi/schema-of.ts': 'codecs with names, which are fixed',
  'src/http/openapi/error-descriptions.ts': 'types of errors, which are fixed',
  'src/http/openapi/error-responses.ts': 'statuses of errors, which are fixed',
  'src/http/openapi/operation-of.ts': 'statuses of one route, which are fixed',
  // These are for tests.
  'src/adapters/memory/memory-content-file-repository.ts': 'a library in memory',
  'src/adapters/memory/memory-image-file-repository.ts': 'a library in memory',
  'src/adapters/memory/memory-upload-repository.ts': 'a library in memory',
  'src/adapters/memory/memory-jobs.ts': 'a library in memory',
  'src/adapters/memory/memory-library-table.ts': 'a library in memory',
  'src/adapters/memory/memory-replaced-exports.ts': 'a library in memory',
  'src/adapters/memory/memory-instances.ts': 'instances in memory',
  'src/adapters/memory/memory-local-instances.ts': 'instances in memory',
  'src/adapters/memory/memory-event-log.ts': 'sessions of a log in memory',
  'src/adapters/memory/memory-invalidation-bus.ts': 'sessions and transactions of a log in memory',
  'src/adapters/memory/memory-media.ts': 'a library in memory',
  'src/adapters/memory/memory-object-store.ts': 'a store in memory',
  'src/adapters/memory/memory-stored-file-repository.ts': 'a library in memory',
  'src/adapters/memory/memory-revocations.ts': 'revocations in memory',
  'src/adapters/memory/memory-user-repository.ts': 'admins in memory',
  'src/adapters/memory/memory-work-locks.ts': 'work under way',
  'src/adapters/memory/memory-trash.ts': 'only for tests',
  'src/domain/freshness/apply-takedowns.ts': '50,000 takedowns',
  'src/adapters/memory/memory-webhooks.ts': 'webhooks in memory',
  'src/adapters/memory/memory-webhook-deliveries.ts': 'machines of a test',
  'src/domain/shared/open-streams.ts': 'replies that are being sent, and 1,000 takedowns',
}

/** Files whose maps and sets do not outlive a call, or contain constants. */
const local: ReadonlyArray<string> = [
  'src/domain/freshness/apply-stale.ts',
  'src/adapters/fs/inspect-file.ts',
  'src/adapters/knex/bus-session.ts',
  'src/adapters/knex/knex-media-repository.ts',
  'src/adapters/knex/knex-trash.ts',
  'src/adapters/memory/memory-media-repository.ts',
  'src/adapters/knex/knex-stored-file-repository.ts',
  'src/adapters/knex/stored-file-rows.ts',
  'src/adapters/platform/crash-signals.ts',
  'src/adapters/postgres-embedded/grant-path-access.ts',
  'src/adapters/postgres-embedded/postgres-binaries.ts',
  'src/adapters/sandbox/own-root.ts',
  'src/adapters/sharp/headers/',
  'src/adapters/sharp/render-image.ts',
  'src/adapters/transcode/isobmff/isobmff-fragment.ts',
  'src/adapters/transcode/ffmpeg/',
  'src/adapters/transcode/joined/second-mp4.ts',
  'src/adapters/transcode/isobmff/movie-boxes.ts',
  'src/adapters/transcode/isobmff/movie-tracks.ts',
  'src/adapters/transcode/mpegts/',
  'src/adapters/transcode/source-clock.ts',
  'src/cli/doctor-keys.ts',
  'src/domain/webhooks/webhook-events.ts',
  'src/composition/http.ts',
  'src/config/settings.ts',
  'src/domain/colour/',
  'src/domain/examiner/examine-published.ts',
  'src/domain/dash/',
  'src/domain/hls-check/',
  'src/domain/hls/',
  'src/domain/ingest/content-ingest.ts',
  'src/domain/ingest/plan/interlacing.ts',
  'src/domain/media/part-extension.ts',
  'src/domain/media/size-comparison.ts',
  'src/domain/playlist/image-playlist.ts',
  'src/http/request/accept-encoding.ts',
  'src/http/request/media-bodies.ts',
  'src/http/routes/console-routes.ts',
  'src/http/middleware/error-boundary.ts',
  'src/config/misspelt-settings.ts',
]

describe('maps and caches [V4]', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name}`)
    .filter((file) => file.endsWith('.ts') && !file.startsWith('src/console/'))
  const using = (pattern: RegExp) => sources.filter((file) => pattern.test(readFileSync(file, 'utf8')))

  it('that are bounded use the one helper, which also counts the size of their keys', () => {
    expect(using(/lru-cache/).sort()).to.deep.equal([
      'src/adapters/cache/blobs/read-cache.ts',
      'src/bounded-cache.ts',
    ])
  })

  it('that outlive a call are listed here, each with its bound', () => {
    const makers = using(/new (?:Map|Set|LRUCache)\b/)
    const unnamed = makers.filter(
      (file) => !(file in bounds) && !local.some((place) => file.startsWith(place)),
    )
    expect(unnamed, 'say in test/caches.test.ts what bounds them').to.deep.equal([])
    expect(
      Object.keys(bounds).filter((file) => !makers.includes(file)),
      'are gone',
    ).to.deep.equal([])
    expect(
      local.filter((place) => !makers.some((file) => file.startsWith(place))),
      'are gone',
    ).to.deep.equal([])
  })
})
