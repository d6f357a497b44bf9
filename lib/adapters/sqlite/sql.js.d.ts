/** The part of sql.js 1.16 that we use; the published types are behind it. */
declare module 'sql.js' {
  export type Value = number | bigint | string | Uint8Array | null
  export interface Statement {
    step(): boolean
    get(params?: null, options?: { useBigInt?: boolean }): Value[]
    getColumnNames(): string[]
    free(): boolean
  }
  export interface Database {
    prepare(sql: string): Statement
    run(sql: string): Database
    export(): Uint8Array
    close(): void
  }
  export interface SqlJs {
    Database: new (data?: Uint8Array, options?: { useOldExtensionFunctions?: boolean }) => Database
  }
  const initSqlJs: (config: { wasmBinary: Uint8Array }) => Promise<SqlJs>
  export default initSqlJs
}
