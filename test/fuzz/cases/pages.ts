/**
 * Where do the parts of a b-tree page lie? Read as the format says, and never trusted to be sane:
 * what is read here may be damaged already. https://sqlite.org/fileformat2.html#b_tree_pages
 */

export const pageSizeOf = (bytes: Buffer): number => {
  const raw = bytes.length < 18 ? 0 : bytes.readUInt16BE(16)
  const size = raw === 1 ? 65_536 : raw
  return size >= 512 && (size & (size - 1)) === 0 ? size : 512
}

export const pageCountOf = (bytes: Buffer): number =>
  Math.max(1, Math.floor(bytes.length / pageSizeOf(bytes)))

export const wrap = (value: number, below: number): number =>
  below <= 0 ? 0 : ((value % below) + below) % below

/** The first byte of a page, by its place. */
export const startOf = (bytes: Buffer, page: number): number =>
  wrap(page, pageCountOf(bytes)) * pageSizeOf(bytes)

/** The file's own header stands before that of the first page. */
export const nodeOf = (bytes: Buffer, page: number): number => {
  const start = startOf(bytes, page)
  return start === 0 ? 100 : start
}

export const putBytes = (
  bytes: Buffer,
  { at, to, count }: { at: number; to: number; count: number },
) => {
  if (at < 0 || at + count > bytes.length) return
  bytes.writeUIntBE(wrap(to, 256 ** count), at, count)
}

const readByte = (bytes: Buffer, at: number): number =>
  at >= 0 && at < bytes.length ? bytes.readUInt8(at) : 0

const readTwo = (bytes: Buffer, at: number): number =>
  (readByte(bytes, at) << 8) | readByte(bytes, at + 1)

export type Node = {
  start: number
  node: number
  type: number
  isInterior: boolean
  cellCount: number
  pointers: number
}

export const readNode = (bytes: Buffer, page: number): Node => {
  const node = nodeOf(bytes, page)
  const type = readByte(bytes, node)
  const isInterior = type === 2 || type === 5
  return {
    start: startOf(bytes, page),
    node,
    type,
    isInterior,
    cellCount: readTwo(bytes, node + 3),
    pointers: node + (isInterior ? 12 : 8),
  }
}

/** The first byte of a cell, by its place in the page; undefined where there is none. */
export const cellOf = (bytes: Buffer, page: number, cell: number): number | undefined => {
  const { start, cellCount, pointers } = readNode(bytes, page)
  if (cellCount === 0) return undefined
  const at = start + readTwo(bytes, pointers + 2 * wrap(cell, cellCount))
  return at < bytes.length ? at : undefined
}

const varint = (bytes: Buffer, at: number): { value: number; next: number } => {
  let value = 0
  for (let place = 0; place < 9; place += 1) {
    const byte = readByte(bytes, at + place)
    value = value * 128 + (byte & 127)
    if (byte < 128) return { value, next: at + place + 1 }
  }
  return { value, next: at + 9 }
}

/** Where a cell that spills over names the page it goes on in. */
export const overflowOf = (bytes: Buffer, page: number, cell: number): number | undefined => {
  const { type } = readNode(bytes, page)
  const first = cellOf(bytes, page, cell)
  if (first === undefined || type === 5) return undefined
  const payload = varint(bytes, first + (type === 2 ? 4 : 0))
  const content = type === 13 ? varint(bytes, payload.next).next : payload.next
  const usable = pageSizeOf(bytes) - readByte(bytes, 20)
  const most = type === 13 ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23
  if (payload.value <= most) return undefined
  const least = Math.floor(((usable - 12) * 32) / 255) - 23
  const local = least + ((payload.value - least) % (usable - 4))
  return content + (local <= most ? local : least)
}

/** The unused bytes between the cell pointers and the cells. */
export const gapOf = (bytes: Buffer, page: number): { from: number; to: number } | undefined => {
  const { start, node, type, cellCount, pointers } = readNode(bytes, page)
  if (![2, 5, 10, 13].includes(type)) return undefined
  const content = readTwo(bytes, node + 5)
  const [from, to] = [pointers + 2 * cellCount, start + (content === 0 ? 65_536 : content)]
  return from < to && to <= start + pageSizeOf(bytes) ? { from, to } : undefined
}

/** Free pages whose content nobody reads: the leaves that the trunks name. */
export const freeLeaves = (bytes: Buffer): number[] => {
  const leaves: number[] = []
  const count = pageCountOf(bytes)
  let trunk = bytes.length < 100 ? 0 : bytes.readUInt32BE(32)
  for (let turn = 0; turn < count && trunk > 1 && trunk <= count; turn += 1) {
    const start = startOf(bytes, trunk - 1)
    const entries = Math.min(bytes.readUInt32BE(start + 4), pageSizeOf(bytes) / 4 - 2)
    for (let at = 0; at < entries; at += 1) {
      const leaf = bytes.readUInt32BE(start + 8 + 4 * at)
      if (leaf > 1 && leaf <= count) leaves.push(leaf - 1)
    }
    trunk = bytes.readUInt32BE(start)
  }
  return leaves
}
