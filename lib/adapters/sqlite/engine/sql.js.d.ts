/** The part of sql.js 1.17 that we use; the published types are behind it. */
declare module 'sql.js' {
  export type Value = number | bigint | string | Uint8Array | null
  export interface Statement {
    step(): boolean
    get(params?: null, options?: { useBigInt?: boolean }): Value[]
    getColumnNames(): string[]
    free(): boolean
  }
  export interface Database {
    /** The address of the sqlite3 object, for the functions of SQLite itself. */
    readonly db: number
    prepare(sql: string): Statement
    run(sql: string): Database
    create_function(name: string, answer: (value: Value) => boolean): Database
    export(): Uint8Array
    close(): void
  }
  type StepCallback = (context: number, count: number, values: number) => void
  export interface SqlJs {
    Database: new (data?: Uint8Array, options?: { useOldExtensionFunctions?: boolean }) => Database
    addFunction(callback: StepCallback, signature: 'viii'): number
    addFunction(callback: (context: number) => void, signature: 'vi'): number
    stringToNewUTF8(text: string): number
    _sqlite3_create_function_v2(
      db: number,
      name: number,
      argumentCount: number,
      flags: number,
      data: 0,
      call: 0,
      step: number,
      finalize: number,
      destroy: 0,
    ): number
    _sqlite3_value_type(value: number): number
    _sqlite3_value_int(value: number): number
    _sqlite3_value_double(value: number): number
    _sqlite3_value_text(value: number): number
    _sqlite3_value_blob(value: number): number
    _sqlite3_value_bytes(value: number): number
    _sqlite3_result_int(context: number, value: number): void
  }
  export interface WasmInstance {
    readonly exports: Record<string, unknown>
  }
  export interface SqlJsConfig {
    wasmBinary?: Uint8Array
    instantiateWasm?: (
      imports: Record<string, Record<string, unknown>>,
      done: (instance: WasmInstance, module: unknown) => void,
    ) => Record<string, unknown>
  }
  export type InitSqlJs = (config: SqlJsConfig) => Promise<SqlJs>
  const initSqlJs: InitSqlJs
  export default initSqlJs
}

/** Of the platform's own types, which come without those of WebAssembly. */
declare namespace WebAssembly {
  /** Threads of one process may give it to one another. */
  class Module {
    constructor(bytes: Uint8Array)
    static imports(module: Module): { module: string; name: string }[]
  }
  class Instance {
    readonly exports: Record<string, unknown>
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
  }
  class Memory {
    readonly buffer: ArrayBuffer
    constructor(limits: { initial: number; maximum: number })
    grow(pages: number): number
  }
  class RuntimeError extends Error {}
}
