import Glibc
import RangedMmap

/// Copies a file, and returns when the copy is durable.
enum FileCopy {
  static func copy(from source: String, to target: String, replacing: Bool = false) throws {
    let original: MmapFile
    do { original = try MmapFile.openReadOnly(at: source) } catch {
      guard error.code == .emptyFile else { throw error }
      return try makeEmpty(target, replacing: replacing)
    }
    let (copy, allocator) = try MmapFile.create(at: target, size: original.size, replacing: replacing)
    while let range = allocator.allocate(1 << 20) {
      let bytes = range.byteRange
      // The range is consumed out here: a closure can't consume what it captured.
      let receipt = try copy.write(to: range) { writer in
        try original.withBytes(in: bytes) { writer.append(contentsOf: $0) }
      }
      try copy.flush(receipt)  // the disk has work to do while the next piece is read
    }
    try copy.syncAll()
  }

  /// An empty file can't be mapped: one byte is, until its name is durable.
  private static func makeEmpty(_ target: String, replacing: Bool) throws {
    let (file, _) = try MmapFile.create(at: target, size: 1, storage: .sparse, replacing: replacing)
    try file.syncAll()
    try file.withDescriptor { descriptor in
      try descriptor.resize(to: 0)
      guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
  }
}
