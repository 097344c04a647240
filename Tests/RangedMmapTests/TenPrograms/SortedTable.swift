import RangedMmap

/// Builds a table of sorted keys and values, as a database does that merges its logs.
///
/// Blocks of rows come first, then the first key of each block, and on the last page a footer that says how many blocks
/// there are. The footer is written when all else is durable: a table without one was not finished.
enum SortedTable {
  enum Failure: Error { case full, notFinished }

  static let magic: UInt64 = 0x736f_7274_6564_3031
  static let rowsPerBlock = 4096 / 16

  static func build(at path: String, _ rows: [(key: UInt64, value: UInt64)]) throws {
    let sorted = rows.sorted { $0.key < $1.key }
    let blockCount = (sorted.count + rowsPerBlock - 1) / rowsPerBlock
    let indexSize = Alignment.up(max(blockCount * 8, 1))
    let (file, allocator) = try MmapFile.create(at: path, size: blockCount * 4096 + indexSize + 4096)
    for block in 0..<blockCount {
      guard let range = allocator.allocate(4096) else { throw Failure.full }
      _ = try file.write(to: range) { writer in
        for row in sorted.dropFirst(block * rowsPerBlock).prefix(rowsPerBlock) {
          writer.append(bigEndian: row.key)
          writer.append(bigEndian: row.value)
        }
        writer.append(repeating: 0xff, count: writer.remaining)
      }
    }
    guard let index = allocator.allocate(indexSize), let footer = allocator.allocate(4096) else { throw Failure.full }
    _ = try file.write(to: index) { writer in
      for block in 0..<blockCount { writer.append(bigEndian: sorted[block * rowsPerBlock].key) }
      writer.append(repeating: 0xff, count: writer.remaining)
    }
    try file.syncAll()
    let receipt = try file.write(to: footer) { writer in
      writer.append(bigEndian: magic)
      writer.append(bigEndian: UInt64(blockCount))
      writer.append(repeating: 0, count: writer.remaining)
    }
    _ = try file.sync(receipt)
  }

  static func blockCount(at path: String) throws -> Int {
    let file = try MmapFile.openReadOnly(at: path)
    guard file.size >= 4096 else { throw Failure.notFinished }
    return try file.withBytes(in: file.size - 4096..<file.size) { footer in
      guard footer.load(bigEndianAt: 0) == magic else { throw Failure.notFinished }
      return Int(footer.load(bigEndianAt: 8, as: UInt64.self))
    }
  }
}
