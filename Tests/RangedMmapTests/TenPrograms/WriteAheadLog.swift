import RangedMmap

/// Changes that are to survive a crash before they are made: many are collected, and one commit makes them durable.
///
/// An entry is its length, a checksum and its bytes. After a crash the entries count up to the first that is not whole:
/// zeros are none, since no checksum of nothing is 0.
final class WriteAheadLog {
  enum Failure: Error { case full }

  private let file: MmapFile
  private let log: HandOver<WriteReceipt>
  private var end = 0

  init(at path: String, size: Int) throws {
    let (file, allocator) = try MmapFile.create(at: path, size: size)
    guard let range = allocator.allocate(size) else { throw Failure.full }
    self.file = file
    // Zeros everywhere, so that nothing old is taken for an entry.
    log = HandOver(try file.write(repeatElement(0, count: range.count), to: range))
    try file.syncAll()
  }

  func append(_ entry: [UInt8]) throws {
    guard end + 8 + entry.count <= file.size else { throw Failure.full }
    try log.withValue { receipt in
      try file.update(&receipt) { editor in
        editor.store(littleEndian: UInt32(entry.count), at: end)
        editor.store(littleEndian: Self.checksum(entry), at: end + 4)
        editor.store(entry, at: end + 8)
      }
    }
    end += 8 + entry.count
  }

  /// Returns when all entries are durable.
  func commit() throws { try file.syncAll() }

  static func recover(at path: String) throws -> [[UInt8]] {
    let file = try MmapFile.openReadOnly(at: path)
    return try file.withBytes(in: 0..<file.size) { bytes in
      var entries: [[UInt8]] = []
      var offset = 0
      while offset + 8 <= bytes.count {
        let count = Int(bytes.load(littleEndianAt: offset, as: UInt32.self))
        guard count <= bytes.count - offset - 8 else { break }
        let entry = (0..<count).map { bytes[offset + 8 + $0] }
        guard bytes.load(littleEndianAt: offset + 4) == checksum(entry) else { break }
        entries.append(entry)
        offset += 8 + count
      }
      return entries
    }
  }

  // FNV-1a, of 32 bits.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
  }
}
