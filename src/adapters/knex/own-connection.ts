import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { PgConnection } from './create-knex.ts'

type Options = {
  /** Name shown in `pg_stat_activity`. */
  readonly name: string
  /** Maximum wait (milliseconds) for a connection, for the reply to a statement, and for the end. */
  readonly answerMs: number
  /** Statements that prepare the session. */
  readonly setup: string
  readonly types?: pg.CustomTypesConfig
  /** Is called with the payload of each notification. */
  readonly onNotification?: (payload: string) => void
}

/** A connection to PostgreSQL for what needs a session of its own: locks, and notifications. */
type OwnConnection = {
  /** Runs statements one at a time. Without a reply, the connection is lost. */
  readonly query: (sql: string, values?: ReadonlyArray<unknown>) => Promise<pg.QueryResult>
  /** Is aborted when the connection is closed, is broken, or does not answer. */
  readonly lost: AbortSignal
  /**
   * Closes the connection after the statement that is running. A statement that is called later fails. Without
   * this wait, PostgreSQL would report the client as one that vanished.
   */
  readonly close: () => Promise<void>
}

/** Opens a connection. Fails if the database does not answer in time. */
export const openOwnConnection = async (
  address: PgConnection,
  { name, answerMs, setup, types, onNotification }: Options,
): Promise<OwnConnection> => {
  const client = new pg.Client({
    ...address,
    application_name: name,
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
    keepAlive: true,
    ...(types && { types }),
  })
  const losing = new AbortController()
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
  /** Ends the connection at once if a statement is running. */
  const end = async (): Promise<void> => {
    client.end(() => undefined)
    // A peer that is silent never ends its side.
    if ((await Promise.race([ended, sleep(answerMs, 'silent', { ref: false })])) === 'silent')
      destroySocket(client)
  }
  const lose = async (): Promise<void> => {
    losing.abort()
    await end()
  }
  client.on('error', lose)
  client.once('end', () => losing.abort())
  if (onNotification !== undefined) client.on('notification', ({ payload }) => onNotification(payload ?? ''))

  try {
    await client.connect()
    await client.query(setup)
  } catch (error) {
    await lose()
    throw error
  }

  // pg warns if a second statement is queued in the client.
  let running: Promise<unknown> = Promise.resolve()
  let closing: Promise<void> | undefined
  return {
    query: (sql, values = []) => {
      const answered = running.then(async () => {
        if (losing.signal.aborted) throw new Error('the connection is closed')
        return client.query(sql, [...values]).catch(async (error: unknown) => {
          // Only an error from the database proves what became of the statement.
          if (!(error instanceof pg.DatabaseError)) await lose()
          throw error
        })
      })
      running = answered.catch(() => undefined)
      return answered
    },
    lost: losing.signal,
    close: () => {
      losing.abort()
      closing ??= running.then(end)
      return closing
    },
  }
}

/**
 * Access to the socket, which is missing in pg's types. pg itself cannot close a connection without a message
 * to the peer.
 */
type WithSocket = { readonly connection: { readonly stream: { readonly destroy: () => void } } }

export const destroySocket = (connection: pg.Client): void => {
  ;(connection as unknown as WithSocket).connection.stream.destroy()
}
