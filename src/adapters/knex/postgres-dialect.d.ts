/** The types that `BoundedClient` needs of knex's client for PostgreSQL, which has no types. */
declare module 'knex/lib/dialects/postgres/index.js' {
  import { Knex } from 'knex'
  import type { Client } from 'pg'

  export type QueryObject = {
    readonly sql: string
    readonly options?: { readonly name?: string; readonly limit?: string }
  }

  export default class PostgresClient extends Knex.Client {
    acquireRawConnection(): Promise<Client>
    acquireConnection(): Promise<Client>
    destroy(callback?: (error?: unknown) => void): Promise<void>
    _query(connection: Client, query: QueryObject): Promise<QueryObject>
  }
}
