import * as t from 'io-ts'
import pg from 'pg'
import { type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { E, O, pipe, type TE } from '../../fp.ts'
import {
  type EventLogListener,
  EventPlace,
  type EventPosition,
  type EventSession,
  JobStep,
  mediaEventTypes,
  StoredEvent,
  startOfEvents,
} from '../../ports/event-log.ts'
import type { PgConnection } from './create-knex.ts'
import { openOwnConnection } from './own-connection.ts'
import { epochMilliseconds } from './sql-times.ts'
import { decodeRows } from './statements.ts'

/** The channels on which the triggers notify. */
const eventChannel = 'larder_events'
const progressChannel = 'larder_progress'

/** Number of rows per page. */
const pageRows = 100
/**
 * Length of the data of a page (bytes), above which it has one event only. Metadata may be long. A client takes its events
 * between two pages, so several pages must fit into what may wait for it.
 */
const pageBytes = 32_768

/** Four digits of the time of an event, as in ports/event-log.ts. */
const check = (event: string): string => `cast(right(to_char(${event}.created_at, 'US'), 4) as integer)`

const place = (event: string): string =>
  `json_build_object('xid', cast(${event}.xid as text), 'id', ${event}.id, 'check', ${check(event)})`

/**
 * The condition that the place $1, $2, $3 is that of an event. The place before all events always is one. Without the
 * cast, PostgreSQL takes $2 for a number of 32 bits, because it is compared with 0.
 */
const exists = `(
    cast($2 as bigint) = 0 or exists (select from events e where id = $2 and cast(xid as text) = $1 and ${check('e')} = $3)
  )`

/**
 * Selects the horizon, and whether the position $1 to $4 is of another history of this database: its last event is not
 * there, transactions are numbered lower than before, or an event is there that should have been read. The last column is
 * the last event below the horizon.
 */
const selectState = `
  select cast(horizon as text) as horizon, (
      not ${exists}
      or pg_snapshot_xmax(pg_current_snapshot()) < cast($4 as xid8)
      or exists (select from events where (xid, id) > (cast($1 as xid8), $2) and xid < cast($4 as xid8))
    ) as gap, (
      select ${place('e')} from events e where e.xid < horizon order by e.xid desc, e.id desc limit 1
    ) as last
  from (select pg_snapshot_xmin(pg_current_snapshot())) h (horizon)`

const StateRow = t.strict({ horizon: t.string, gap: t.boolean, last: t.union([EventPlace, t.null]) })

/** Returns a query for a page of events after the place $1, $2. The first row of the log is no event. */
const selectPage = (condition: string): string => `
  select place, type, media, data, created_at as "createdAt" from (
    select ${place('e')} as place, type, media, data, ${epochMilliseconds('created_at')} as created_at, xid, id,
      sum(octet_length(cast(data as text))) over (order by xid, id) - octet_length(cast(data as text)) as before
    from (
      select * from events
      where (xid, id) > (cast($1 as xid8), $2) and ${condition}
        and type = any('{${mediaEventTypes.join(',')}}')
      order by xid, id limit ${pageRows}
    ) e
  ) page where before < ${pageBytes} order by xid, id`

const selectNew = selectPage('xid < cast($3 as xid8)')
const untilLast = '(xid, id) <= (cast($3 as xid8), $4)'
const selectReplay = selectPage(untilLast)
const selectReplayOf = selectPage(`${untilLast} and media = $5`)

/**
 * Puts the events of another server, from which the database was restored, before all others: their transactions have
 * numbers that this server has not reached.
 */
const renumberForeign = `
  update events set xid = '0' where xid >= pg_snapshot_xmax(pg_current_snapshot())`

const ExistsRow = t.strict({ exists: t.boolean })

const int8 = 20

/** Returns `none` for a notification that is no step of a job: the channel is open to all users of the database. */
const decodeProgress = (payload: string | undefined): O.Option<JobStep> =>
  pipe(
    O.tryCatch((): unknown => JSON.parse(payload ?? 'null')),
    O.flatMap((json) => O.fromEither(JobStep.decode(json))),
  )

/** Opens a connection that listens, and reads events. `answerMs` limits each wait for the database. */
export const openEventSession = async (
  address: PgConnection,
  answerMs: number,
  { onEvent, onProgress }: EventLogListener,
): Promise<EventSession> => {
  const { query, lost, close } = await openOwnConnection(address, {
    name: 'larder events',
    answerMs,
    // The session listens before the first read, so that no event falls between the two.
    setup: `${renumberForeign}; listen ${eventChannel}; listen ${progressChannel}`,
    types: {
      getTypeParser: (oid: number, format?: string) =>
        oid === int8 ? Number : pg.types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text'),
    },
    onNotification: ({ channel, payload }) => {
      if (channel === eventChannel) return onEvent()
      const progress = decodeProgress(payload)
      if (O.isSome(progress)) onProgress(progress.value)
    },
  })

  const select = async <A>(
    row: t.Type<A, unknown, unknown>,
    sql: string,
    values: ReadonlyArray<unknown>,
  ): Promise<ReadonlyArray<A>> => decodeRows(row, (await query(sql, values)).rows)

  const reading =
    <A>(read: () => Promise<A>): TE.TaskEither<Unavailable, A> =>
    async () => {
      try {
        return E.right(await read())
      } catch (error) {
        await close()
        return E.left(unavailable('database')(error))
      }
    }

  const readNew = async (from: EventPosition | null) => {
    const { xid, id, check } = from?.last ?? startOfEvents
    const [state] = await select(StateRow, selectState, [xid, id, check, from?.horizon ?? '0'])
    if (state === undefined) throw new Error('the events cannot be read')
    const { horizon } = state
    const last = state.last ?? startOfEvents
    const isGap = from !== null && state.gap
    if (from === null || isGap) return { position: { last, horizon }, events: [], hasMore: false, isGap }
    const events = await select(StoredEvent, selectNew, [xid, id, horizon])
    const lastRead = events.at(-1)
    // A page without events may have passed by rows that are none.
    const hasMore = lastRead !== undefined && lastRead.place.id !== last.id
    const position = hasMore ? { last: lastRead.place, horizon: from.horizon } : { last, horizon }
    return { position, events, hasMore, isGap }
  }

  return {
    readNew: (from) => reading(() => readNew(from)),

    replay: (after, until, media) =>
      reading(async () => {
        const known = await select(ExistsRow, `select ${exists} as exists`, [
          after.xid,
          after.id,
          after.check,
        ])
        if (known[0]?.exists !== true) return 'unknown'
        const bounds = [after.xid, after.id, until.xid, until.id]
        return media === null
          ? await select(StoredEvent, selectReplay, bounds)
          : await select(StoredEvent, selectReplayOf, [...bounds, media])
      }),

    lost,
    close,
  }
}
