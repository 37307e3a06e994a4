import { readText } from '../contract.ts'

/** What the checks read of a document in OpenAPI 3.1. */
export type ApiResponse = {
  readonly $ref?: string
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>
}
export type ApiOperation = {
  readonly operationId?: string
  readonly summary: string
  readonly security: ReadonlyArray<object>
  readonly parameters?: ReadonlyArray<{ readonly name: string; readonly in: string }>
  readonly responses: Readonly<Record<string, ApiResponse>>
}
export type ApiDocument = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>
    readonly responses: Readonly<Record<string, ApiResponse>>
  }
}

/** Returns docs/openapi.json. */
export const readApiDocument = (): ApiDocument => JSON.parse(readText('docs/openapi.json'))
