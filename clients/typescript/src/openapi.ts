// The build replaces the declarations of this file by those of docs/openapi.d.ts, so that the package has them.
export type { components, operations } from '../../../docs/openapi.d.ts'
